/** The creator's short-lived tickets for providers and heavy nodes, one per agreement, signed when first needed. */
import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import { sessionHeader } from '../wire/session.ts';
import { type Session, type Signer, signTyped } from '../wire/typed-data.ts';

const LIFE_SECONDS = 24 * 3600;
/** A session that ends sooner than this is not used for a new request. */
const SPARE_SECONDS = 1800;

interface Ticket {
  readonly session: Session;
  readonly signature: `0x${string}`;
}

export class Sessions {
  readonly #chain: Chain;
  readonly #signer: Signer;
  readonly #creator: Address;
  readonly #tickets = new Map<number, Promise<Ticket>>();

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
    const nowSeconds = Math.floor(await this.#chain.nowSeconds());
    const known = this.#tickets.get(agreement);
    if (known !== undefined && (await known).session.expiry > nowSeconds + SPARE_SECONDS) return known;
    const session: Session = { agreement, creator: this.#creator, expiry: nowSeconds + LIFE_SECONDS };
    const ticket = signTyped(this.#signer, this.#chain.domain, 'Session', session).then((signature) => ({ session, signature }));
    this.#tickets.set(agreement, ticket);
    ticket.catch(() => this.#tickets.delete(agreement));
    return ticket;
  }
}
