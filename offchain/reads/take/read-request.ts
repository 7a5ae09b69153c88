/** What a till is made of, and what it is asked. */
import type { Chain } from '../../chain/types.ts';
import type { Store } from '../../store/open.ts';

export interface TillOptions {
  readonly chain: Chain;
  readonly store: Store;
  /** The node that is paid, and the heavy node that shares the fee. */
  readonly id: number;
  readonly heavy: number;
  /** 0: reads cost nothing. */
  readonly pricePerGib: bigint;
  /** Unix seconds. */
  readonly nowSeconds: () => Promise<number>;
  /** The monotonic clock. */
  readonly nowMs?: () => number;
}

/** Who reads, as far as is known, and how many bytes a day this one has for nothing. */
export interface KnownReader {
  readonly key: string;
  readonly freeBytes: number;
}

export interface ReadRequest {
  /** Of the leaves that are asked for. */
  readonly sizeBytes: number;
  /** Asked only when reads cost something; undefined for a stranger. */
  readonly identify: () => Promise<KnownReader | undefined>;
  readonly voucher: string | string[] | undefined;
}

/** What was charged for one read. */
export interface Charge {
  /** The read has ended, after `sentBytes` of its leaves: what was not sent is given back. */
  ended(sentBytes: number): void;
}
