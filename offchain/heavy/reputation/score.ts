/** A provider's record as Beta distributions that fade, and the score that follows from them. Pure. */
import type { ProviderTier } from '../../wire/placement.ts';

/** Weighted outcomes, faded to `epoch` of the record they belong to. */
export interface Counts {
  readonly good: number;
  readonly bad: number;
}

/** audits: asked leaves were right. retrieval: reads like a creator's were served. uptime: share of probes answered, one observation an epoch. repair: slots taken over. */
export const PARTS = ['audits', 'retrieval', 'uptime', 'repair'] as const;
export type Part = (typeof PARTS)[number];

export interface Standing {
  readonly provider: number;
  readonly tier: ProviderTier;
  /** What the counts are faded to. */
  readonly epoch: number;
  /** When this node first saw the provider. */
  readonly firstEpoch: number;
  readonly parts: Readonly<Record<Part, Counts>>;
  /** Passed audits and served reads, for vetting; fade twice as slowly as audits. */
  readonly successes: number;
  /** Moving mean of larger retrieval checks. */
  readonly bytesPerSecond: number | undefined;
  readonly speedSamples: number;
  /** Since when the score has been below `WARNED_BELOW`. */
  readonly warnedEpoch: number | undefined;
}

/** Newcomers count as if they had this record already. */
export const PRIOR: Counts = { good: 8, bad: 1 };
/** The score is the weighted geometric mean of the parts: one that is near zero cannot be made up for by the others. */
export const WEIGHTS: Readonly<Record<Part, number>> = { audits: 0.4, retrieval: 0.25, uptime: 0.25, repair: 0.1 };
/** What one bad outcome weighs beside a good one. Wrong or missing bytes are a loss; a refusal that was asked for three times is half of one. */
export const FAILED_WEIGHT = 8;
export const REFUSED_WEIGHT = 4;
export const UNSERVED_WEIGHT = 2;
export const REPAIR_FAILED_WEIGHT = 1;

export const WARNED_BELOW = 0.8;
export const EXCLUDED_BELOW = 0.6;
/** Nobody is excluded sooner after the warning, unless wrong or missing bytes are proven. */
export const WARNING_EPOCHS = 12;
/** A part's mean below which losses, not bad luck, are the reason: no grace. */
export const PROVEN_LOSS_BELOW = 0.5;

/** Epochs in which a standard provider's outcomes lose half of their weight: six weeks and two weeks at two hours. */
const HALF_LIFE: Readonly<Record<Part, number>> = { audits: 504, retrieval: 168, uptime: 168, repair: 504 };
const SUCCESSES_HALF_LIFE = 1_008;
const TIER_FACTOR: Readonly<Record<ProviderTier, number>> = { standard: 1, archival: 2, edge: 0.25 };

export function halfLifeEpochs(part: Part, tier: ProviderTier): number {
  return HALF_LIFE[part] * TIER_FACTOR[tier];
}

export function newStanding(provider: number, tier: ProviderTier, epoch: number): Standing {
  const none: Counts = { good: 0, bad: 0 };
  return {
    provider, tier, epoch, firstEpoch: epoch, successes: 0, bytesPerSecond: undefined, speedSamples: 0, warnedEpoch: undefined,
    parts: { audits: none, retrieval: none, uptime: none, repair: none },
  };
}

/** The record as it counts in `epoch`; time does not run backwards. */
export function faded(record: Standing, epoch: number): Standing {
  const passed = epoch - record.epoch;
  if (passed <= 0) return record;
  const { tier, parts } = record;
  const fade = (part: Part): Counts => {
    const factor = 2 ** (-passed / halfLifeEpochs(part, tier));
    return { good: parts[part].good * factor, bad: parts[part].bad * factor };
  };
  return {
    ...record,
    epoch,
    parts: { audits: fade('audits'), retrieval: fade('retrieval'), uptime: fade('uptime'), repair: fade('repair') },
    successes: record.successes * 2 ** (-passed / (SUCCESSES_HALF_LIFE * TIER_FACTOR[tier])),
  };
}

/** Mean of the Beta distribution (good + 8, bad + 1). */
export function meanOf({ good, bad }: Counts): number {
  return (good + PRIOR.good) / (good + bad + PRIOR.good + PRIOR.bad);
}

export function scoreOf(parts: Standing['parts']): number {
  return Math.exp(PARTS.reduce((sum, part) => sum + WEIGHTS[part] * Math.log(meanOf(parts[part])), 0));
}

export function observations(parts: Standing['parts']): number {
  return PARTS.reduce((sum, part) => sum + parts[part].good + parts[part].bad, 0);
}

export type State = 'newcomer' | 'good' | 'warned' | 'excluded';

/** Of the own record alone: no neighbour's word excludes or pardons. */
export function stateOf(record: Standing, options: { readonly excludedBelow?: number; readonly graduatesAt: number }): State {
  const { excludedBelow = EXCLUDED_BELOW, graduatesAt } = options;
  const score = scoreOf(record.parts);
  if (score >= WARNED_BELOW) return record.successes < graduatesAt ? 'newcomer' : 'good';
  if (score >= excludedBelow) return 'warned';
  const isProven = meanOf(record.parts.audits) < PROVEN_LOSS_BELOW;
  const wasWarned = record.warnedEpoch !== undefined && record.epoch - record.warnedEpoch >= WARNING_EPOCHS;
  return isProven || wasWarned ? 'excluded' : 'warned';
}

/** Good outcomes of one part, in a row, that lift the score to `goal`; undefined when this part alone cannot. */
export function goodNeeded(parts: Standing['parts'], part: Part, goal: number): number | undefined {
  const others = scoreOf(parts) / meanOf(parts[part]) ** WEIGHTS[part];
  const mean = (goal / others) ** (1 / WEIGHTS[part]);
  if (mean >= 1) return undefined;
  const { good, bad } = parts[part];
  const need = (mean * (bad + PRIOR.bad)) / (1 - mean) - good - PRIOR.good;
  return Math.max(0, Math.ceil(need));
}
