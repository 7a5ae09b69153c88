import { BigInt } from '@graphprotocol/graph-ts';
import { Agreement, Provider, Slot, Tenure } from '../../generated/schema';
import { ZERO } from '../core/constants';
import { feeOf, loadRail, scheduleEnd } from '../core/ends';
import { Moment } from '../core/moment';
import { changeRent, proofsBefore } from '../core/providers';
import { changeRail } from '../core/rails';

export function newSlot(agreement: Agreement, index: i32): Slot {
  const slot = new Slot(agreement.id + '-' + index.toString());
  slot.agreement = agreement.id;
  slot.index = index;
  slot.state = 'Held';
  slot.rent = ZERO;
  slot.startEpoch = 0;
  slot.noticeFrom = 0;
  slot.openChallenges = 0;
  slot.turns = 0;
  return slot;
}

/** The provider takes the slot at this rent, from the current epoch to the agreement's end. Saves the provider; the caller saves the slot. */
export function appoint(at: Moment, agreement: Agreement, slot: Slot, provider: Provider, parent: string, rent: BigInt): void {
  const fee = feeOf(rent, agreement.feeBps);
  const rail = loadRail(provider.id, agreement.heavy, parent);
  changeRail(at, rail, rent, fee);
  scheduleEnd(at.network, provider.id, rail.id, agreement.endPeriod, rent, fee, 1);
  changeRent(at, provider, rent, fee, 1);
  provider.save();
  slot.state = 'Held';
  slot.provider = provider.id;
  slot.parent = parent;
  slot.rent = rent;
  slot.startEpoch = at.number;
  slot.vacancy = null;
  slot.turns++;
  const tenure = new Tenure(slot.id + '-' + slot.turns.toString());
  tenure.slot = slot.id;
  tenure.agreement = agreement.id;
  tenure.provider = provider.id;
  tenure.heavy = agreement.heavy;
  tenure.parent = parent;
  tenure.rent = rent;
  tenure.fee = fee;
  tenure.startEpoch = at.number;
  tenure.proofsBefore = proofsBefore(provider, at.number);
  tenure.save();
  slot.tenure = tenure.id;
}

/** The provider's rent in the slot ends with the epoch before this one, earlier than the agreement. Changes the provider, which the caller saves. */
export function endTenure(at: Moment, agreement: Agreement, slot: Slot, provider: Provider): void {
  const fee = feeOf(slot.rent, agreement.feeBps);
  const none = ZERO;
  const rail = loadRail(provider.id, agreement.heavy, slot.parent!);
  changeRail(at, rail, none.minus(slot.rent), none.minus(fee));
  scheduleEnd(at.network, provider.id, rail.id, agreement.endPeriod, slot.rent, fee, -1);
  changeRent(at, provider, none.minus(slot.rent), none.minus(fee), -1);
  const tenure = Tenure.load(slot.tenure!)!;
  closeTenure(tenure, at.number, proofsBefore(provider, at.number) - tenure.proofsBefore);
}

export function closeTenure(tenure: Tenure, endEpoch: i32, proven: i32): void {
  tenure.endEpoch = endEpoch;
  tenure.provenEpochs = proven;
  tenure.earned = tenure.rent.minus(tenure.fee).times(BigInt.fromI32(proven));
  tenure.save();
}
