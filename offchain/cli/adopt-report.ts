import type { Adopted } from '../client/adopt/adopt.ts';
import type { Adoption } from '../client/adopt/adoptions.ts';
import type { AdoptionCost } from '../client/adopt/cost.ts';
import type { Dropped } from '../client/adopt/drop.ts';
import { formatAmount } from './units.ts';

/** What it costs, beside what storing again would. */
export function costLines({ periods, agreements, due, storingAgain }: AdoptionCost): string[] {
  return [
    ...agreements.map(({ agreement, endPeriod, perPeriod, own, pool }) =>
      `Kept in agreement ${agreement}, paid until period ${endPeriod}. A period costs ${formatAmount(perPeriod)} tokens in all; the pool has ${formatAmount(pool)}${own > 0n ? `, of which ${formatAmount(own)} are yours` : ''}.`),
    `Paying ${periods} periods alone takes ${formatAmount(due)} tokens${own(agreements) > 0n ? ' more' : ''}; whoever else pays makes them last longer, and what is left comes back when you leave.`,
    storingAgain === null ? 'Storing it again needs space of your own: `holdfast rent`.' : `Storing it again takes space worth ${formatAmount(storingAgain)} tokens for that time.`,
  ];
}

function own(agreements: AdoptionCost['agreements']): bigint {
  return agreements.reduce((sum, one) => sum + one.own, 0n);
}

export function adoptedLines({ name, contentId, paid, endPeriod, unchanged }: Adopted): string[] {
  return [
    unchanged ? `"${name}" referred to ${contentId} already.` : `Adopted     ${contentId} as "${name}"`,
    `Paid        ${formatAmount(paid)} tokens into the pool; it is kept until period ${endPeriod} now, and extended by itself`,
  ];
}

export function adoptionLines(all: readonly Adoption[]): string[] {
  if (all.length === 0) return ['Nothing is adopted.'];
  return all.flatMap(({ agreement, names, endPeriod, isRunning, own: mine, pool, poolPeriods, ownPeriods }) => [
    `Agreement ${agreement}: ${names.length === 0 ? 'no name refers to it (`holdfast adopted --reclaim` takes your share back)' : names.map((name) => `"${name}"`).join(', ')}`,
    isRunning ? `  runs until period ${endPeriod}, and ${poolPeriods} further periods are in the pool` : `  ended with period ${endPeriod}`,
    `  your share: ${formatAmount(mine)} of ${formatAmount(pool)} tokens, enough for ${ownPeriods} periods alone`,
  ]);
}

export function quitLines(quit: Dropped['quit']): string[] {
  if (quit.length === 0) return ['There is nothing to take back.'];
  return quit.map(({ agreement, amount }) => `${formatAmount(amount)} tokens came back from the pool of agreement ${agreement}.`);
}

export function droppedLines({ name, contentId, quit, kept }: Dropped): string[] {
  return [
    `"${name}" no longer refers to ${contentId}; others who pay keep it.`,
    ...(quit.length === 0 ? [] : quitLines(quit)),
    ...kept.map((agreement) => `Your share in the pool of agreement ${agreement} stays: other names of yours lie there.`),
  ];
}
