import { BigInt } from '@graphprotocol/graph-ts';
import { Agreement, Network, Rail, RailDrop, Slot } from '../../generated/schema';
import { ZERO } from './constants';
import { loadPeriod } from './periods';
import { loadProviderPeriod } from './providers';

/** A held slot's rent ends with this period, or no longer does: `sign` is 1 or -1. The caller writes the network's period itself. */
export function scheduleEnd(network: Network, provider: string, rail: string, period: i32, rent: BigInt, fee: BigInt, sign: i32): void {
  const factor = BigInt.fromI32(sign);
  const ending = loadProviderPeriod(network, provider, period);
  ending.endingRent = ending.endingRent.plus(rent.times(factor));
  ending.endingFee = ending.endingFee.plus(fee.times(factor));
  ending.endingSlots += sign;
  ending.save();
  const drop = loadRailDrop(rail, period);
  drop.rent = drop.rent.plus(rent.times(factor));
  drop.fee = drop.fee.plus(fee.times(factor));
  drop.save();
}

/** Rent that runs ends with this period, or no longer does. */
export function scheduleRent(network: Network, number: i32, rent: BigInt, fee: BigInt): void {
  const period = loadPeriod(network, number);
  period.endingRent = period.endingRent.plus(rent);
  period.endingFee = period.endingFee.plus(fee);
  period.save();
}

/** The agreement ends with this period, or no longer does. */
export function scheduleAgreement(network: Network, agreement: Agreement, number: i32, sign: i32): void {
  const period = loadPeriod(network, number);
  period.endingAgreements += sign;
  period.endingSlots += sign * (agreement.k + agreement.m);
  period.endingVacantSlots += sign * agreement.vacantSlots;
  period.endingBytes = period.endingBytes.plus(agreement.quotaBytes.times(BigInt.fromI32(sign)));
  period.save();
}

/** One slot of a running agreement fell vacant (1) or was filled (-1). */
export function countVacancy(network: Network, agreement: Agreement, change: i32): void {
  agreement.vacantSlots += change;
  network.vacantSlots += change;
  const period = loadPeriod(network, agreement.endPeriod);
  period.endingVacantSlots += change;
  period.save();
}

/** Moves the agreement's end, slot by slot as Vacancies.moveEnd does: the rent of a vacancy is on no rail and in no promise. */
export function moveEnd(network: Network, agreement: Agreement, newEnd: i32): void {
  const oldEnd = agreement.endPeriod;
  let rent = ZERO;
  let fee = ZERO;
  for (let i = 0; i < agreement.k + agreement.m; i++) {
    const slot = Slot.load(agreement.id + '-' + i.toString())!;
    const provider = slot.provider;
    if (provider === null) continue;
    const cut = feeOf(slot.rent, agreement.feeBps);
    const rail = railIdOf(provider, agreement.heavy, slot.parent!);
    scheduleEnd(network, provider, rail, oldEnd, slot.rent, cut, -1);
    scheduleEnd(network, provider, rail, newEnd, slot.rent, cut, 1);
    rent = rent.plus(slot.rent);
    fee = fee.plus(cut);
  }
  scheduleRent(network, oldEnd, ZERO.minus(rent), ZERO.minus(fee));
  scheduleRent(network, newEnd, rent, fee);
  scheduleAgreement(network, agreement, oldEnd, -1);
  scheduleAgreement(network, agreement, newEnd, 1);
  agreement.endPeriod = newEnd;
  agreement.endEpoch = newEnd * network.epochsPerPeriod;
}

/** Rounds down, in favour of the provider, as Money.slotFlow does. */
export function feeOf(rent: BigInt, feeBps: i32): BigInt {
  return rent.times(BigInt.fromI32(feeBps)).div(BigInt.fromI32(10_000));
}

export function railIdOf(provider: string, heavy: string, parent: string): string {
  return provider + '-' + heavy + '-' + parent;
}

export function loadRail(provider: string, heavy: string, parent: string): Rail {
  const id = railIdOf(provider, heavy, parent);
  const known = Rail.load(id);
  if (known !== null) return known;
  const rail = new Rail(id);
  rail.provider = provider;
  rail.heavy = heavy;
  rail.parent = parent;
  rail.rent = ZERO;
  rail.fee = ZERO;
  rail.settledEpoch = 0;
  rail.proofsBefore = 0;
  rail.earned = ZERO;
  rail.fees = ZERO;
  rail.parentFees = ZERO;
  rail.burned = ZERO;
  return rail;
}

function loadRailDrop(rail: string, period: i32): RailDrop {
  const id = rail + '-' + period.toString();
  const known = RailDrop.load(id);
  if (known !== null) return known;
  const drop = new RailDrop(id);
  drop.rail = rail;
  drop.periodNumber = period;
  drop.rent = ZERO;
  drop.fee = ZERO;
  return drop;
}
