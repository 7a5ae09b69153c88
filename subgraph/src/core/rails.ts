import { BigInt } from '@graphprotocol/graph-ts';
import { Provider, ProviderPeriod, Rail, RailDrop } from '../../generated/schema';
import { ZERO } from './constants';
import { Moment } from './moment';
import { proofsBefore } from './providers';

/**
 * Settles the rail up to the current epoch, as Rails.accrued does: fee times proven epochs, with what drops at the boundaries between. Returns the fees,
 * because events round them. Bounded by the longest term: a rail without a flow stops the walk.
 */
export function settleRail(at: Moment, rail: Rail): BigInt {
  const epochsPerPeriod = at.network.epochsPerPeriod;
  const upTo = at.number;
  const provider = Provider.load(rail.provider)!;
  const last = proofsBefore(provider, upTo);
  let fees = ZERO;
  let counted = rail.proofsBefore;
  let number = rail.settledEpoch / epochsPerPeriod;
  while ((number + 1) * epochsPerPeriod <= upTo && !rail.rent.isZero()) {
    const proven = provenUpTo(rail.provider, number, counted);
    fees = fees.plus(rail.fee.times(BigInt.fromI32(proven - counted)));
    counted = proven;
    number++;
    const drop = RailDrop.load(rail.id + '-' + number.toString());
    if (drop === null) continue;
    rail.rent = rail.rent.minus(drop.rent);
    rail.fee = rail.fee.minus(drop.fee);
  }
  fees = fees.plus(rail.fee.times(BigInt.fromI32(last - counted)));
  rail.settledEpoch = upTo;
  rail.proofsBefore = last;
  return fees;
}

/** A slot's flow joins the rail from the current epoch on, or leaves it. */
export function changeRail(at: Moment, rail: Rail, rent: BigInt, fee: BigInt): void {
  settleRail(at, rail);
  rail.rent = rail.rent.plus(rent);
  rail.fee = rail.fee.plus(fee);
  rail.save();
}

/** Proofs up to the end of a period that is over. `before`: those up to some epoch in it. */
function provenUpTo(provider: string, number: i32, before: i32): i32 {
  const period = ProviderPeriod.load(provider + '-' + number.toString());
  return period === null || period.proofs === 0 ? before : period.proofsBefore + period.proofs;
}
