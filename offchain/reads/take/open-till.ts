/** A till and its redeemer, as every node that serves reads has them. */
import { z } from 'zod';
import { closingSeconds } from '../../chain/read-channel.ts';
import type { Chain } from '../../chain/types.ts';
import { amount } from '../../wire/fields.ts';
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import { Redeemer } from './redeemer.ts';
import { Till } from './till.ts';

const GIB = 1n << 30n;

/** What reads cost. Amounts are token units. */
export const ReadPrices = z.strictObject({
  /** 0: nothing, and nobody is asked who reads. */
  pricePerGib: amount.default(0n),
  /** What each creator may read a day for nothing, in bytes. */
  freeBytesPerDay: amount.refine((bytes) => bytes <= BigInt(Number.MAX_SAFE_INTEGER), { message: 'is too large' }).default(GIB),
  /** Vouchers of a channel wait at payday until they are worth so much; one that is being closed never waits. */
  redeemLeast: amount.refine((units) => units > 0n, { message: 'must be above 0' }).default(1n),
});
export type ReadPrices = z.output<typeof ReadPrices>;

/** A watch looks as often, at least, between a payer's wish to close and the close. */
const LOOKS_WHILE_CLOSING = 8;
const WATCH_MAX_MS = 30_000;

export interface OpenTill {
  readonly till: Till;
  readonly redeemer: Redeemer;
  /** Pause between two looks at channels that are being closed. */
  readonly watchMs: number;
}

export async function openTill(options: { readonly chain: Chain; readonly store: Store; readonly id: number; readonly heavy: number; readonly prices: ReadPrices; readonly nowSeconds: () => Promise<number>; readonly log: Logger }): Promise<OpenTill> {
  const { chain, prices, log } = options;
  const till = await Till.open({ ...options, pricePerGib: prices.pricePerGib });
  const hasChannels = chain.deployment.channels !== undefined;
  const watchMs = hasChannels ? Math.min(WATCH_MAX_MS, ((await closingSeconds(chain)) * 1000) / LOOKS_WHILE_CLOSING) : WATCH_MAX_MS;
  return { till, redeemer: new Redeemer({ chain, till, log }), watchMs };
}
