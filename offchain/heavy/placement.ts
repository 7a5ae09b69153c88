/** Which providers get the slots. Pure: offers and registry facts in, a choice with its reasons out. */
import { PriceAboveLimitError, TooFewProvidersError } from './errors.ts';

/** A provider that could take a slot. Amounts are token units; `price` is per batch and epoch. */
export interface Candidate {
  readonly provider: number;
  readonly operator: string;
  readonly region: number;
  readonly price: bigint;
  /** Stake that neither stands behind promised rent nor is on its way out. */
  readonly freeStake: bigint;
  /** It answered, and it is not faulted on-chain. */
  readonly alive: boolean;
  /** 0 to 1; absent when nothing is known yet. */
  readonly reputation?: number;
}

/** What a provider that keeps its slot takes away from the others: its operator and a place in its region. */
export type Occupant = Pick<Candidate, 'provider' | 'operator' | 'region'>;

export type RefusalCode =
  | 'unreachable' | 'faulted' | 'declined' | 'excluded' | 'duplicate' | 'low-reputation' | 'stake-short'
  | 'rent-out-of-bounds' | 'above-limit' | 'region-full' | 'not-needed' | 'bad-offer';

export interface Refusal {
  readonly provider: number;
  readonly code: RefusalCode;
  /** One clause: "its price of 7 is above the limit of 5". */
  readonly reason: string;
}

export interface PlacementRules {
  /** Slots to fill; an agreement of k+m has k + m. */
  readonly count: number;
  /** Slots that one region may hold: m, so that losing a region loses no data. */
  readonly perRegion: number;
  /** Batches of space in each slot: rent = price * quota. */
  readonly quota: number;
  /** Epochs of rent that must stand as stake. */
  readonly stakeEpochs: number;
  /** Token units per batch and epoch. */
  readonly priceLimit: bigint;
  /** The market's bounds of one slot's rent per epoch. */
  readonly minRent?: bigint;
  readonly maxRent?: bigint;
  /** Candidates with a known reputation below it are refused. */
  readonly minReputation?: number;
  /** Providers that hold other slots of the same agreement already (repair). */
  readonly occupied?: readonly Occupant[];
}

export interface Placement<C extends Candidate = Candidate> {
  readonly chosen: readonly { readonly candidate: C; readonly reason: string }[];
  readonly refused: readonly Refusal[];
}

/** Each slot that a region already holds makes its next candidate count as this much dearer. */
const SPREAD_PERCENT = 10n;

/** The market's bounds (contracts/libraries/Sampling.sol): rent is drawn in classes of weight rent / 2^33, below 4^14. */
export const MIN_RENT = 2n ** 33n;
export const MAX_RENT = 2n ** 61n - 1n;

/**
 * Chooses exactly `count` candidates: distinct operators, at most `perRegion` per region, cheapest first, where crowding a region
 * counts as a higher price. Regions are a partition, so taking the best that still fits always fills as many slots as can be filled.
 * @throws TooFewProvidersError, or PriceAboveLimitError when enough fit but only above the limit
 */
export function place<C extends Candidate>(candidates: readonly C[], rules: PlacementRules): Placement<C> {
  const { fit, refused } = sift(candidates, rules);
  const affordable = fit.filter((candidate) => candidate.price <= rules.priceLimit);
  const picked = pick(affordable, rules);
  if (picked.chosen.length < rules.count) throw shortage(candidates.length, fit, picked.chosen.length, refused, rules);
  const dear = fit.filter((candidate) => candidate.price > rules.priceLimit).map((candidate) => aboveLimit(candidate, rules.priceLimit));
  return { chosen: picked.chosen, refused: [...refused, ...dear, ...picked.refused] };
}

/** One candidate per provider and per operator (the cheapest), each healthy and able to stand for its rent at its own price. */
function sift<C extends Candidate>(candidates: readonly C[], rules: PlacementRules): { fit: C[]; refused: Refusal[] } {
  const fit: C[] = [];
  const refused: Refusal[] = [];
  const operators = new Set((rules.occupied ?? []).map((occupant) => occupant.operator.toLowerCase()));
  const providers = new Set((rules.occupied ?? []).map((occupant) => occupant.provider));
  for (const candidate of [...candidates].sort(byPrice)) {
    const operator = candidate.operator.toLowerCase();
    const refusal = unfit(candidate, rules, operators.has(operator) || providers.has(candidate.provider));
    if (refusal !== undefined) {
      refused.push({ provider: candidate.provider, ...refusal });
      continue;
    }
    operators.add(operator);
    providers.add(candidate.provider);
    fit.push(candidate);
  }
  return { fit, refused };
}

function unfit(candidate: Candidate, rules: PlacementRules, isTaken: boolean): Omit<Refusal, 'provider'> | undefined {
  const rent = candidate.price * BigInt(rules.quota);
  const stake = rent * BigInt(rules.stakeEpochs);
  const minRent = rules.minRent ?? MIN_RENT;
  const maxRent = rules.maxRent ?? MAX_RENT;
  const minReputation = rules.minReputation ?? 0;
  if (!candidate.alive) return { code: 'unreachable', reason: 'it does not answer, or is faulted' };
  if (isTaken) return { code: 'duplicate', reason: 'it, or another node of its operator, is taken already' };
  if (candidate.reputation !== undefined && candidate.reputation < minReputation) {
    return { code: 'low-reputation', reason: `its reputation of ${candidate.reputation} is below ${minReputation}` };
  }
  if (rent < minRent || rent > maxRent) {
    return { code: 'rent-out-of-bounds', reason: `its rent of ${rent} per epoch is not within the market's ${minRent} to ${maxRent}` };
  }
  if (candidate.freeStake < stake) {
    return { code: 'stake-short', reason: `its free stake of ${candidate.freeStake} is below the ${stake} that this rent needs` };
  }
  return undefined;
}

/** Greedy; ends early when no candidate fits any more. */
function pick<C extends Candidate>(fit: readonly C[], rules: PlacementRules): Placement<C> {
  const inRegion = new Map<number, number>();
  for (const { region } of rules.occupied ?? []) inRegion.set(region, (inRegion.get(region) ?? 0) + 1);
  const chosen: { candidate: C; reason: string }[] = [];
  const left = new Set(fit);
  while (chosen.length < rules.count) {
    const open = [...left].filter(({ region }) => (inRegion.get(region) ?? 0) < rules.perRegion);
    const next = best(open, inRegion);
    if (next === undefined) break;
    const before = inRegion.get(next.region) ?? 0;
    inRegion.set(next.region, before + 1);
    left.delete(next);
    chosen.push({ candidate: next, reason: `price ${next.price}; slot ${before + 1} of at most ${rules.perRegion} in region ${next.region}` });
  }
  return { chosen, refused: [...left].map((candidate) => leftOver(candidate, inRegion, rules)) };
}

function best<C extends Candidate>(open: readonly C[], inRegion: ReadonlyMap<number, number>): C | undefined {
  const score = (candidate: C) => candidate.price * (100n + SPREAD_PERCENT * BigInt(inRegion.get(candidate.region) ?? 0));
  let winner: C | undefined;
  for (const candidate of open) {
    if (winner === undefined || compare(score(candidate), score(winner)) < 0) winner = candidate;
  }
  return winner;
}

function leftOver(candidate: Candidate, inRegion: ReadonlyMap<number, number>, rules: PlacementRules): Refusal {
  const { provider, region } = candidate;
  if ((inRegion.get(region) ?? 0) >= rules.perRegion) {
    return { provider, code: 'region-full', reason: `region ${region} holds its ${rules.perRegion} slots already` };
  }
  return { provider, code: 'not-needed', reason: `its price of ${candidate.price} in region ${region} came after the chosen ones` };
}

function aboveLimit({ provider, price }: Candidate, priceLimit: bigint): Refusal {
  return { provider, code: 'above-limit', reason: `its price of ${price} is above the limit of ${priceLimit}` };
}

function shortage<C extends Candidate>(
  asked: number,
  fit: readonly C[],
  withinLimit: number,
  refused: readonly Refusal[],
  rules: PlacementRules,
): PriceAboveLimitError | TooFewProvidersError {
  const { chosen: atAnyPrice, refused: left } = pick(fit, rules);
  if (atAnyPrice.length < rules.count) {
    return new TooFewProvidersError({ wanted: rules.count, found: atAnyPrice.length, asked, refused: [...refused, ...left] });
  }
  const needed = atAnyPrice.reduce((max, { candidate }) => (candidate.price > max ? candidate.price : max), 0n);
  return new PriceAboveLimitError({ wanted: rules.count, withinLimit, priceLimit: rules.priceLimit, needed });
}

/** Cheapest first; then the better reputation; then the older node, so that equal input gives an equal choice. */
function byPrice(a: Candidate, b: Candidate): number {
  return compare(a.price, b.price) || (b.reputation ?? 0) - (a.reputation ?? 0) || a.provider - b.provider;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
