/** `rent --explain`: of every provider that was considered, why it was chosen or refused, whether enough were found or not. */
import { z } from 'zod';
import { PriceAboveLimitError, TooFewProvidersError } from '../client/errors.ts';
import type { Distrust } from '../client/find-match.ts';
import type { Quote } from '../client/rent.ts';
import { Refusal, RefusalCounts } from '../wire/placement.ts';
import { table } from './output.ts';
import { formatAmount } from './units.ts';

export interface Explained {
  /** What stands in the way; absent when enough providers were found. */
  readonly problem?: { readonly code: string; readonly message: string };
  readonly heavy?: number;
  readonly considered: number;
  readonly counts: RefusalCounts;
  readonly chosen: readonly { readonly slot: number; readonly provider: number; readonly region: number; readonly price: bigint; readonly code: string; readonly reason: string }[];
  readonly refused: readonly Refusal[];
  readonly distrusted: readonly Distrust[];
}

const Shortage = z.object({ asked: z.number().default(0), counts: RefusalCounts.default({}), refused: z.array(Refusal).default([]) });

/** Refusals of the whole match are part of the explanation; other errors are thrown on. */
export async function explained(quote: () => Promise<Quote>): Promise<Explained> {
  try {
    const { match, distrusted } = await quote();
    const { offers, refused, counts = {}, considered = offers.length + refused.length } = match;
    const chosen = offers.map(({ provider, region, price, code = 'best-price', reason }, slot) => ({ slot, provider, region, price, code, reason }));
    return { heavy: match.terms.heavy, considered, counts, chosen, refused, distrusted };
  } catch (error) {
    if (!(error instanceof TooFewProvidersError || error instanceof PriceAboveLimitError)) throw error;
    const { asked, counts, refused } = Shortage.catch({ asked: 0, counts: {}, refused: [] }).parse(error.details);
    return { problem: { code: error.code, message: error.shortMessage }, considered: asked, counts, chosen: [], refused, distrusted: [] };
  }
}

export function explainLines(told: Explained): string[] {
  const { problem, heavy, considered, counts, chosen, refused, distrusted } = told;
  const rows = [
    ...chosen.map(({ slot, provider, region, price, code, reason }) => [String(provider), `slot ${slot}`, code, `${reason} (region ${region}, ${formatAmount(price)} tokens)`]),
    ...refused.map(({ provider, code, reason }) => [String(provider), 'refused', code, reason]),
  ];
  const shown = chosen.length + refused.length;
  return [
    ...(problem === undefined ? [`Heavy node ${heavy} considered ${considered} providers:`] : [problem.message]),
    ...table([['provider', 'result', 'rule', 'why'], ...rows], { right: [0] }),
    '',
    ...Object.entries(counts).sort(([, a], [, b]) => b - a).map(([code, count]) => `${String(count).padStart(6)} left out by ${code}`),
    ...(shown < considered ? [`${considered - shown} more are only counted.`] : []),
    ...distrusted.map(({ url, why }) => `The heavy node at ${url} was passed over: ${why}.`),
    'Nothing was rented or paid.',
  ];
}
