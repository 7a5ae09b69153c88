/** From what a person asks for (space, safety, time) to what the protocol rents. Pure. */
import { batchLog2For } from '../../../../client/batch-size.ts';
import { geometry } from '../../../../codec/geometry.ts';
import { PRESETS, DEFAULT_PRESET } from '../../../../codec/presets.ts';
import type { Clock } from '../../../../chain/epoch.ts';

export interface Wish {
  readonly spaceBytes: number;
  readonly k: number;
  readonly m: number;
  readonly periods: number;
}

export interface Plan {
  readonly scheme: { readonly k: number; readonly m: number };
  readonly batchLog2: number;
  readonly quota: number;
  readonly periods: number;
  /** What fits: the wish, rounded up to whole batches. */
  readonly spaceBytes: number;
  /** Of one batch. */
  readonly payloadBytes: number;
  readonly bytesPerProvider: number;
  /** Stored bytes for each byte of data. */
  readonly expansion: number;
}

export const QUOTA_MAX = 2 ** 32 - 1;
export const PERIODS_MAX = 520;

export function planOf({ spaceBytes, k, m, periods }: Wish): Plan {
  const batchLog2 = batchLog2For(BigInt(spaceBytes));
  const { payloadSize } = geometry({ k, m, batchLog2 });
  const quota = Math.min(QUOTA_MAX, Math.max(1, Math.ceil(spaceBytes / payloadSize)));
  return {
    scheme: { k, m }, batchLog2, quota, periods,
    spaceBytes: quota * payloadSize,
    payloadBytes: payloadSize,
    bytesPerProvider: Math.ceil((quota * payloadSize) / k),
    expansion: (k + m) / k,
  };
}

/** Whole periods that cover so many days, at least one. */
export function periodsFor(days: number, { epochSeconds, epochsPerPeriod }: Clock): number {
  return Math.min(PERIODS_MAX, Math.max(1, Math.ceil((days * 86_400) / (epochSeconds * epochsPerPeriod))));
}

export interface SchemeChoice {
  readonly id: string;
  readonly k: number;
  readonly m: number;
  readonly title: string;
  readonly text: string;
}

/** Schemes for `providers` that are there: coded ones by their number of suppliers, and full copies. */
export function schemeChoices(providers: number | undefined): SchemeChoice[] {
  const fits = (n: number): boolean => providers === undefined || n <= providers;
  const coded = [...PRESETS.filter(({ suppliers }) => suppliers !== 2), DEFAULT_PRESET].sort((a, b) => a.suppliers - b.suppliers).filter(({ suppliers }) => fits(suppliers));
  const codedChoices = coded.map(({ k, m, suppliers, expansion }): SchemeChoice => ({
    id: `${k}+${m}`, k, m, title: `${suppliers} providers`, text: `Any ${k} bring everything back, so ${m} may be lost at once. ${expansion.toFixed(1)} bytes stored for each of yours.`,
  }));
  const copies = [2, 3].filter(fits).map((n): SchemeChoice => ({ id: `1+${n - 1}`, k: 1, m: n - 1, title: `${n} full copies`, text: `Each provider has everything; ${n - 1} may be lost. ${n} bytes stored for each of yours.` }));
  return [...codedChoices, ...copies];
}
