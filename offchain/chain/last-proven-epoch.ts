import { provenEpochs } from './read-proofs.ts';
import type { Chain } from './types.ts';

/** The newest epoch of [from, to) that the provider has proven; undefined when none. Asks some log2(to - from) questions, one where it was lately. */
export async function lastProvenEpoch(chain: Chain, options: { readonly provider: number; readonly from: number; readonly to: number }): Promise<number | undefined> {
  const { provider, from } = options;
  const proven = async (begin: number, end: number): Promise<boolean> => (await provenEpochs(chain, { provider, from: begin, to: end })) > 0;
  let high = options.to;
  let low = high;
  // Further and further back, until a window has one.
  for (let span = 1; ; span *= 4) {
    low = Math.max(from, high - span);
    if (low >= high) return undefined;
    if (await proven(low, high)) break;
    high = low;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await proven(middle, high)) low = middle;
    else high = middle;
  }
  return low;
}
