/** The creator's short-lived tickets for providers and heavy nodes, one per agreement, signed when first needed. */
import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import { sessionHeader } from '../wire/session.ts';
import { type Session, type Signer, signTyped } from '../wire/typed-data.ts';

const LIFE_SECONDS = 24 * 3600;
/** A session that ends sooner than this is not used for a new request. */
const SPARE_SECONDS = 1800;
/** A ticket that was fit so lately is taken without asking the chain for its time: an upload asks with every fragment. */
const RECENT_MS = 1_000;

interface Ticket {
  readonly session: Session;
  readonly signature: `0x${string}`;
}

export class Sessions {
  readonly #chain: Chain;
  readonly #signer: Signer;
  readonly #creator: Address;
  readonly #tickets = new Map<number, Promise<Ticket>>();
  /** When each ticket was last compared with the chain's time, by the local clock. */
  readonly #comparedAtMs = new Map<number, number>();
  /** Comparisons under way: the sixteen uploads that want the same ticket at once ask the chain once. */
  readonly #comparing = new Map<number, Promise<Ticket>>();

  constructor(options: { readonly chain: Chain; readonly signer: Signer; readonly creator: Address }) {
    this.#chain = options.chain;
    this.#signer = options.signer;
    this.#creator = options.creator;
  }

  /** Headers for requests about this agreement. */
  async headers(agreement: number): Promise<{ readonly authorization: string }> {
    return { authorization: sessionHeader(await this.ticket(agreement)) };
  }

  async ticket(agreement: number): Promise<Ticket> {
    const recent = this.#tickets.get(agreement);
    if (recent !== undefined && performance.now() - (this.#comparedAtMs.get(agreement) ?? -Infinity) < RECENT_MS) return recent;
    const comparing = this.#comparing.get(agreement) ?? this.#compare(agreement).finally(() => this.#comparing.delete(agreement));
    this.#comparing.set(agreement, comparing);
    return comparing;
  }

  /** The known ticket where it is still fit, else a new one. */
  async #compare(agreement: number): Promise<Ticket> {
    const nowSeconds = Math.floor(await this.#chain.nowSeconds());
    const known = await this.#tickets.get(agreement);
    this.#comparedAtMs.set(agreement, performance.now());
    if (known !== undefined && known.session.expiry > nowSeconds + SPARE_SECONDS) return known;
    const session: Session = { agreement, creator: this.#creator, expiry: nowSeconds + LIFE_SECONDS };
    const ticket = signTyped(this.#signer, this.#chain.domain, 'Session', session).then((signature) => ({ session, signature }));
    this.#tickets.set(agreement, ticket);
    ticket.catch(() => this.#tickets.delete(agreement));
    return ticket;
  }
}
