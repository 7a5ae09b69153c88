/** The rules that bind the chosen to each other: one slot per owner and network, a few per region, parent and among newcomers. */
import { MINIMUMS } from '../../wire/placement.ts';
import { kindOf, networkOf } from '../../wire/networks.ts';
import type { Candidate, Occupant } from './candidate.ts';
import type { Fault } from './fitness.ts';
import type { PlacementRules } from './rules.ts';
import { VETTING, isNewcomer } from './vetting.ts';

export interface Spread {
  /** Why the candidate cannot join those taken so far. Once there is a reason, it stays: places are only taken. */
  conflict(candidate: Candidate): Fault | undefined;
  take(candidate: Occupant & Partial<Candidate>): void;
  inRegion(region: number): number;
}

export function createSpread(rules: PlacementRules): Spread {
  const { perRegion, perParent = Infinity, maxNewcomers = Infinity, vetting = VETTING, exemptLoopback = true } = rules;
  const bits = { bits4: rules.networkBits4 ?? MINIMUMS.networkBits4, bits6: rules.networkBits6 ?? MINIMUMS.networkBits6 };
  const owners = new Map<string, number>();
  const networks = new Map<string, number>();
  const providers = new Set<number>();
  const regions = new Map<number, number>();
  const parents = new Map<number, number>();
  let newcomers = 0;

  const ownersOf = ({ operator, payout }: Occupant): string[] => [operator.toLowerCase(), ...(payout === undefined ? [] : [payout.toLowerCase()])];
  const networksOf = ({ addresses = [] }: Occupant): string[] => {
    const counted = addresses.filter((address) => !exemptLoopback || kindOf(address) !== 'loopback');
    return counted.flatMap((address) => networkOf(address, bits) ?? []);
  };
  const isNew = ({ vetting: seen }: Partial<Candidate>): boolean => seen !== undefined && isNewcomer(seen.successes, vetting);

  const spread: Spread = {
    conflict(candidate) {
      const { provider, region, parent } = candidate;
      if (providers.has(provider)) return { code: 'operator-taken', reason: 'it holds a slot already' };
      const owner = ownersOf(candidate).find((one) => owners.has(one));
      if (owner !== undefined) return { code: 'operator-taken', reason: `provider ${owners.get(owner)} of the same owner ${owner} has a slot` };
      const network = networksOf(candidate).find((one) => networks.has(one));
      if (network !== undefined) return { code: 'network-taken', reason: `provider ${networks.get(network)} in the same network ${network} has a slot` };
      if ((regions.get(region) ?? 0) >= perRegion) return { code: 'region-full', reason: `region ${region} holds its ${perRegion} slots already` };
      if (parent !== undefined && (parents.get(parent) ?? 0) >= perParent) return { code: 'parent-full', reason: `children of heavy node ${parent} hold their ${perParent} slots already` };
      if (newcomers >= maxNewcomers && isNew(candidate)) return { code: 'newcomers-full', reason: `newcomers hold their ${maxNewcomers} slots already` };
      return undefined;
    },
    take(candidate) {
      const { provider, region, parent } = candidate;
      providers.add(provider);
      for (const owner of ownersOf(candidate)) owners.set(owner, provider);
      for (const network of networksOf(candidate)) networks.set(network, provider);
      regions.set(region, (regions.get(region) ?? 0) + 1);
      if (parent !== undefined) parents.set(parent, (parents.get(parent) ?? 0) + 1);
      if (isNew(candidate)) newcomers += 1;
    },
    inRegion: (region) => regions.get(region) ?? 0,
  };
  for (const occupant of rules.occupied ?? []) spread.take(occupant);
  return spread;
}
