/** Who of those that fit gets the slots. Greedy, with one exchange where the greedy choice ends short. */
import type { ChoiceCode } from '../../wire/placement.ts';
import type { Candidate, Choice } from './candidate.ts';
import type { PlacementRules } from './rules.ts';
import { createSpread } from './spread.ts';
import type { Spread } from './spread.ts';

/** Each slot that a region already holds makes its next candidate count as this much dearer. */
const SPREAD_PERCENT = 10;
/** A reputation of 0 makes a candidate count as this much dearer, one of 1 not at all. */
const REPUTATION_PERCENT = 50;
/** Providers that nothing is known about are ranked as the prior has it. */
const UNKNOWN_REPUTATION = 0.88;

export interface Picked<C extends Candidate> {
  readonly chosen: readonly Choice<C>[];
  readonly spread: Spread;
}

/** Cheapest first; then the better reputation; then the older node, so that equal input gives an equal choice. */
export function byPrice(a: Candidate, b: Candidate): number {
  return a.price < b.price ? -1 : a.price > b.price ? 1 : (b.reputation ?? 0) - (a.reputation ?? 0) || a.provider - b.provider;
}

/** Up to `count` of `fit`. Equal input, equal choice. */
export function pick<C extends Candidate>(fit: readonly C[], rules: PlacementRules): Picked<C> {
  const greedy = fill(fit, rules, []);
  if (greedy.chosen.length >= rules.count) return greedy;
  return exchanged(fit, rules, greedy) ?? greedy;
}

/** Takes `first` as they are and fills up with the best that still fit. */
function fill<C extends Candidate>(fit: readonly C[], rules: PlacementRules, first: readonly C[]): Picked<C> {
  const spread = createSpread(rules);
  const chosen: Choice<C>[] = [];
  const queues = queuesOf(fit);
  const take = (candidate: C): void => {
    const code = codeFor(candidate, queues, spread);
    spread.take(candidate);
    chosen.push({ candidate, code, reason: reasonFor(candidate, spread, rules) });
  };
  for (const candidate of first) if (chosen.length < rules.count && spread.conflict(candidate) === undefined) take(candidate);
  while (chosen.length < rules.count) {
    const next = best(queues, spread);
    if (next === undefined) break;
    take(next);
  }
  return { chosen, spread };
}

/** A candidate and what it counts as, which is computed once. */
interface Entry<C extends Candidate> {
  readonly candidate: C;
  readonly worth: number;
}

/** The candidates of one region in the order of their worth; what conflicts once does so for good. */
interface Queue<C extends Candidate> {
  readonly region: number;
  readonly waiting: readonly Entry<C>[];
  next: number;
}

function queuesOf<C extends Candidate>(fit: readonly C[]): readonly Queue<C>[] {
  const regions = new Map<number, Entry<C>[]>();
  for (const candidate of fit) {
    const entry = { candidate, worth: worth(candidate) };
    const known = regions.get(candidate.region);
    if (known === undefined) regions.set(candidate.region, [entry]);
    else known.push(entry);
  }
  return [...regions].map(([region, waiting]) => ({ region, waiting: waiting.sort((a, b) => a.worth - b.worth || byPrice(a.candidate, b.candidate)), next: 0 }));
}

function head<C extends Candidate>(queue: Queue<C>, spread: Spread): Entry<C> | undefined {
  for (; queue.next < queue.waiting.length; queue.next++) {
    const entry = queue.waiting[queue.next] as Entry<C>;
    if (spread.conflict(entry.candidate) === undefined) return entry;
  }
  return undefined;
}

function best<C extends Candidate>(queues: readonly Queue<C>[], spread: Spread): C | undefined {
  let winner: C | undefined;
  let least = Infinity;
  for (const queue of queues) {
    const entry = head(queue, spread);
    if (entry === undefined) continue;
    const { candidate } = entry;
    const score = (entry.worth * (100 + SPREAD_PERCENT * spread.inRegion(queue.region))) / 100;
    if (winner === undefined || score < least || (score === least && byPrice(candidate, winner) < 0)) [winner, least] = [candidate, score];
  }
  return winner;
}

/** The price, dearer by what its reputation lacks. A double's precision is enough to rank. */
function worth({ price, reputation = UNKNOWN_REPUTATION }: Candidate): number {
  return Number(price) * (1 + (REPUTATION_PERCENT / 100) * (1 - reputation));
}

function codeFor<C extends Candidate>(candidate: C, queues: readonly Queue<C>[], spread: Spread): ChoiceCode {
  const others = queues.flatMap((queue) => head(queue, spread) ?? []).filter((one) => one.candidate.provider !== candidate.provider);
  if (others.length === 0 && queues.every(({ region, waiting, next }) => region !== candidate.region || waiting.length - next <= 1)) return 'only-fit';
  const cheaper = others.filter((one) => one.candidate.price < candidate.price);
  if (cheaper.length === 0) return 'best-price';
  return cheaper.some((one) => one.worth >= worth(candidate)) ? 'better-reputation' : 'spreads-regions';
}

function reasonFor(candidate: Candidate, spread: Spread, rules: PlacementRules): string {
  const { price, region, reputation } = candidate;
  const known = reputation === undefined ? '' : `; reputation ${reputation.toFixed(2)}`;
  return `price ${price}${known}; slot ${spread.inRegion(region)} of at most ${rules.perRegion} in region ${region}`;
}

/** The greedy choice may take the one provider of a network that another region needs: leaves out each chosen one in turn and keeps what fills more. */
function exchanged<C extends Candidate>(fit: readonly C[], rules: PlacementRules, greedy: Picked<C>): Picked<C> | undefined {
  const conflicts = new Set(fit.filter((candidate) => {
    const code = greedy.spread.conflict(candidate)?.code;
    return code === 'network-taken' || code === 'operator-taken';
  }));
  for (const { candidate: chosen } of greedy.chosen) conflicts.delete(chosen);
  if (conflicts.size === 0) return undefined;
  let bestSoFar = greedy;
  for (const { candidate: without } of greedy.chosen) {
    const rest = bestSoFar.chosen.map(({ candidate }) => candidate).filter((candidate) => candidate !== without);
    const again = fill(fit.filter((candidate) => candidate !== without), rules, rest);
    if (again.chosen.length > bestSoFar.chosen.length) bestSoFar = again;
    if (bestSoFar.chosen.length >= rules.count) break;
  }
  return bestSoFar.chosen.length > greedy.chosen.length ? bestSoFar : undefined;
}
