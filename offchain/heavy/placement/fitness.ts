/** The rules that one provider keeps or breaks by itself, whoever else is chosen. */
import { kindOf } from '../../wire/networks.ts';
import { DEFAULT_TIERS, MINIMUMS } from '../../wire/placement.ts';
import type { Candidate, Refusal } from './candidate.ts';
import { MAX_RENT, MIN_RENT } from './rules.ts';
import type { PlacementRules } from './rules.ts';
import { VETTING, vettingLimitBytes } from './vetting.ts';
import { bytesText, percent } from './words.ts';

export type Fault = Omit<Refusal, 'provider'>;

/** The first rule that the candidate breaks; the price limit is not among them, because dear ones are told apart from unfit ones. */
export function unfit(candidate: Candidate, rules: PlacementRules): Fault | undefined {
  return unavailable(candidate, rules) ?? unwanted(candidate, rules) ?? unproven(candidate, rules) ?? unable(candidate, rules);
}

/** Nobody could use it now. */
function unavailable({ alive, faulted, readOnly, addresses }: Candidate, { exemptLoopback = true }: PlacementRules): Fault | undefined {
  if (faulted === true) return { code: 'faulted', reason: 'it missed its last proofs' };
  if (!alive) return { code: 'unreachable', reason: 'it does not answer' };
  if (readOnly !== undefined) return { code: 'read-only', reason: `it takes no new data: ${readOnly.slice(0, 200)}` };
  const hidden = addresses?.find((address) => kindOf(address) === 'unroutable' || (!exemptLoopback && kindOf(address) === 'loopback'));
  return hidden === undefined ? undefined : { code: 'not-public', reason: `nobody else can reach its address ${hidden}` };
}

/** The creator does not want its kind. */
function unwanted({ tier, region }: Candidate, rules: PlacementRules): Fault | undefined {
  const { tiers = DEFAULT_TIERS, regions, neverRegions } = rules;
  if (tier !== undefined && !tiers.includes(tier)) return { code: 'wrong-tier', reason: `its tier is ${tier}, wanted is ${tiers.join(' or ')}` };
  if (regions !== undefined && !regions.includes(region)) return { code: 'region-refused', reason: `its region ${region} is none of ${regions.slice(0, 8).join(', ')}` };
  return neverRegions?.includes(region) === true ? { code: 'region-refused', reason: `its region ${region} is excluded` } : undefined;
}

/** What was seen of it does not suffice. */
function unproven(candidate: Candidate, rules: PlacementRules): Fault | undefined {
  const { reputation, uptime, bytesPerSecond, ageEpochs, vetting } = candidate;
  const { minReputation = 0, minUptime = 0, minBytesPerSecond = 0, minAgeEpochs = 0, slotBytes = 0 } = rules;
  if (reputation !== undefined && reputation < minReputation) return { code: 'low-reputation', reason: `its reputation of ${round(reputation)} is below ${minReputation}` };
  if (uptime !== undefined && uptime < minUptime) return { code: 'low-uptime', reason: `it answered ${percent(uptime)} of the probes, wanted are ${percent(minUptime)}` };
  if (bytesPerSecond !== undefined && bytesPerSecond < minBytesPerSecond) {
    return { code: 'low-bandwidth', reason: `it serves ${bytesText(bytesPerSecond)}/s, wanted are ${bytesText(minBytesPerSecond)}/s` };
  }
  if ((ageEpochs ?? 0) < minAgeEpochs) return { code: 'too-young', reason: `it is known for ${ageEpochs ?? 0} epochs, wanted are ${minAgeEpochs}` };
  if (vetting === undefined) return undefined;
  const limit = vettingLimitBytes(vetting.successes, rules.vetting ?? VETTING);
  if (vetting.heldBytes + slotBytes <= limit) return undefined;
  return { code: 'vetting-full', reason: `with ${Math.floor(vetting.successes)} passed audits it may hold ${bytesText(limit)}, and this slot would make it ${bytesText(vetting.heldBytes + slotBytes)}` };
}

/** It cannot carry this slot. */
function unable({ price, freeStake, freeBytes, capacityBytes }: Candidate, rules: PlacementRules): Fault | undefined {
  const { minRent = MIN_RENT, maxRent = MAX_RENT, slotBytes = 0, minCapacityBytes = MINIMUMS.capacityBytes } = rules;
  if (capacityBytes !== undefined && capacityBytes < minCapacityBytes) return { code: 'low-capacity', reason: `its capacity of ${bytesText(capacityBytes)} is below ${bytesText(minCapacityBytes)}` };
  if (freeBytes !== undefined && freeBytes < slotBytes) return { code: 'space-short', reason: `it has ${bytesText(freeBytes)} free and the slot needs ${bytesText(slotBytes)}` };
  const rent = price * BigInt(rules.quota);
  if (rent < minRent || rent > maxRent) return { code: 'rent-out-of-bounds', reason: `its rent of ${rent} per epoch is not within the market's ${minRent} to ${maxRent}` };
  const stake = rent * BigInt(rules.stakeEpochs);
  return freeStake < stake ? { code: 'stake-short', reason: `its free stake of ${freeStake} is below the ${stake} that this rent needs` } : undefined;
}

function round(score: number): number {
  return Math.floor(score * 1_000) / 1_000;
}
