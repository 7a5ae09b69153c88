import type { Address, TypedDataDomain } from 'viem';
import { verifySessionHeader } from '../wire/session.ts';
import type { Session } from '../wire/typed-data.ts';

const ENTRIES_MAX = 1_000;

/** Verified session headers until they expire: recovering a signer takes longer than storing a small fragment. */
export class SessionCache {
  readonly #verified = new Map<string, Session>();
  readonly #domain: TypedDataDomain;

  constructor(domain: TypedDataDomain) {
    this.#domain = domain;
  }

  /** As `verifySessionHeader`. Only its signature is remembered: who is allowed, for what and until when is checked each time. */
  async verify(header: string | undefined, options: { readonly agreement: number; readonly allowed: readonly Address[]; readonly nowSeconds: number }): Promise<Session> {
    const known = header === undefined ? undefined : this.#verified.get(header);
    const isFit =
      known !== undefined &&
      known.agreement === options.agreement &&
      known.expiry >= options.nowSeconds &&
      options.allowed.some((one) => one.toLowerCase() === known.creator.toLowerCase());
    if (isFit) return known;
    const session = await verifySessionHeader(header, { domain: this.#domain, ...options });
    if (this.#verified.size >= ENTRIES_MAX) this.#verified.clear();
    if (header !== undefined) this.#verified.set(header, session);
    return session;
  }
}
