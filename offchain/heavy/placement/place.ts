/** Which providers get the slots. Pure: offers, registry facts and what was seen of each in; a choice with its reasons out. */
import { PriceAboveLimitError, TooFewProvidersError } from '../errors.ts';
import type { Candidate, Placement, Refusal } from './candidate.ts';
import { unfit } from './fitness.ts';
import { pick } from './pick.ts';
import type { Picked } from './pick.ts';
import type { PlacementRules } from './rules.ts';

/**
 * Exactly `count` candidates that keep every rule, the cheapest first; crowding a region and a poor reputation count as a higher price.
 * Every other candidate is refused with the rule that left it out.
 * @throws TooFewProvidersError, or PriceAboveLimitError when enough fit but only above the limit
 */
export function place<C extends Candidate>(candidates: readonly C[], rules: PlacementRules): Placement<C> {
  const { chosen, refused, fit } = shortlist(candidates, rules);
  if (chosen.length < rules.count) throw shortage({ asked: candidates.length, found: chosen.length, fit, refused }, rules);
  return { chosen, refused };
}

/** As `place`, with fewer than `count` where not more fit. `fit`: those that keep all rules but the price limit. */
export function shortlist<C extends Candidate>(candidates: readonly C[], rules: PlacementRules): Placement<C> & { readonly fit: readonly C[] } {
  const { fit, refused } = sift(candidates, rules);
  const affordable = fit.filter(({ price }) => price <= rules.priceLimit);
  const picked = pick(affordable, rules);
  return { chosen: picked.chosen, fit, refused: [...refused, ...leftOver(fit, picked, rules)] };
}

/** Those that keep every rule that each candidate keeps or breaks by itself. */
export function sift<C extends Candidate>(candidates: readonly C[], rules: PlacementRules): { readonly fit: C[]; readonly refused: Refusal[] } {
  const fit: C[] = [];
  const refused: Refusal[] = [];
  for (const candidate of candidates) {
    const fault = unfit(candidate, rules);
    if (fault === undefined) fit.push(candidate);
    else refused.push({ provider: candidate.provider, ...fault });
  }
  return { fit, refused };
}

function leftOver<C extends Candidate>(fit: readonly C[], { chosen, spread }: Picked<C>, { priceLimit }: PlacementRules): Refusal[] {
  const taken = new Set(chosen.map(({ candidate }) => candidate.provider));
  return fit
    .filter(({ provider }) => !taken.has(provider))
    .map((candidate): Refusal => {
      const { provider, price, region } = candidate;
      if (price > priceLimit) return { provider, code: 'above-limit', reason: `its price of ${price} is above the limit of ${priceLimit}` };
      return { provider, ...(spread.conflict(candidate) ?? { code: 'not-needed', reason: `its price of ${price} in region ${region} came after the chosen ones` }) };
    });
}

interface Short<C extends Candidate> {
  readonly asked: number;
  readonly found: number;
  readonly fit: readonly C[];
  readonly refused: readonly Refusal[];
}

function shortage<C extends Candidate>({ asked, found, fit, refused }: Short<C>, rules: PlacementRules): PriceAboveLimitError | TooFewProvidersError {
  const atAnyPrice = pick(fit, rules).chosen;
  if (atAnyPrice.length < rules.count) return new TooFewProvidersError({ wanted: rules.count, found: atAnyPrice.length, asked, refused });
  const needed = atAnyPrice.reduce((max, { candidate }) => (candidate.price > max ? candidate.price : max), 0n);
  return new PriceAboveLimitError({ wanted: rules.count, withinLimit: found, priceLimit: rules.priceLimit, needed });
}
