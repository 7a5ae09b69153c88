import { BigInt } from '@graphprotocol/graph-ts';
import { Agreement, Fault, Node, Provider, Slot, Tenure, Vacancy } from '../../generated/schema';
import { Noticed, Replaced, SlotReleased, Vacated } from '../../generated/Market/Market';
import { creditAccount, creditNode, loadAccount, loadAgreement, recordPayment } from '../core/accounts';
import { repairerOf } from '../core/calldata';
import { CAUSES, PERCENT, REPAIRER_SHARE, SUCCESSOR_SHARE, ZERO } from '../core/constants';
import { countVacancy, feeOf, scheduleRent } from '../core/ends';
import { enter, leave, Moment } from '../core/moment';
import { loadProviderPeriod } from '../core/providers';
import { appoint, closeTenure, endTenure } from './tenures';

const MARKET = 'Market';

export function handleMarketVacated(event: Vacated): void {
  const at = enter(event, MARKET, 'Vacated');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slot = loadSlot(agreement, p.slot);
  const provider = Provider.load(p.provider.toString())!;
  const rent = slot.rent;
  const fee = feeOf(rent, agreement.feeBps);
  endTenure(at, agreement, slot, provider);
  scheduleRent(at.network, agreement.endPeriod, ZERO.minus(rent), ZERO.minus(fee));
  provider.slashedForSlots = provider.slashedForSlots.plus(p.slashed);
  provider.save();
  countVacancy(at.network, agreement, 1);
  agreement.save();
  const line = loadProviderPeriod(at.network, provider.id, at.network.periodNumber);
  line.slashedForSlots = line.slashedForSlots.plus(p.slashed);
  line.save();

  slot.turns++;
  const vacancy = new Vacancy(slot.id + '-' + slot.turns.toString());
  vacancy.slot = slot.id;
  vacancy.rent = rent;
  vacancy.sinceEpoch = at.number;
  vacancy.reward = p.slashed.times(REPAIRER_SHARE).div(PERCENT).plus(p.slashed.times(SUCCESSOR_SHARE).div(PERCENT));
  vacancy.from = provider.id;
  vacancy.save();
  const fault = new Fault(at.id);
  fault.slot = slot.id;
  fault.agreement = agreement.id;
  fault.provider = provider.id;
  fault.cause = CAUSES[p.cause];
  fault.slashed = p.slashed;
  fault.refund = p.refund;
  fault.epochNumber = at.number;
  fault.epoch = at.epoch.id;
  fault.transaction = at.transaction.id;
  fault.save();
  slot.state = 'Vacant';
  slot.provider = null;
  slot.parent = null;
  slot.tenure = null;
  slot.vacancy = vacancy.id;
  slot.lastFault = fault.id;
  // A hand-over to a friend must not wipe out the creator's notice.
  if (fault.cause != 'HandOver') slot.noticeFrom = 0;
  slot.save();

  at.epoch.faults++;
  at.epoch.slashed = at.epoch.slashed.plus(p.slashed);
  about(at, agreement, slot);
  at.entry.node = provider.id;
  at.entry.amount = p.slashed;
  leave(at);
}

export function handleMarketReplaced(event: Replaced): void {
  const at = enter(event, MARKET, 'Replaced');
  const network = at.network;
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slot = loadSlot(agreement, p.slot);
  const vacancy = Vacancy.load(slot.vacancy!)!;
  const provider = Provider.load(p.to.toString())!;
  const parent = Node.load(provider.id)!.parent!;
  const premium = premiumOf(vacancy, agreement, at);
  provider.premiums = provider.premiums.plus(premium);
  appoint(at, agreement, slot, provider, parent, p.rent);
  scheduleRent(network, agreement.endPeriod, p.rent, feeOf(p.rent, agreement.feeBps));
  countVacancy(network, agreement, -1);
  agreement.turns++;
  agreement.rent = agreement.rent.minus(vacancy.rent).plus(p.rent);
  agreement.save();
  slot.save();
  vacancy.filledEpoch = at.number;
  vacancy.save();
  if (!premium.isZero()) {
    creditNode(provider.id, premium);
    recordPayment(at, 0, 'Premium', premium, null, provider.id, agreement.id);
  }
  const repairer = repairerOf(event.transaction, network.market, agreement.number, p.slot);
  if (repairer !== null && !p.bounty.isZero()) {
    creditAccount(repairer, p.bounty);
    recordPayment(at, 1, 'Bounty', p.bounty, loadAccount(repairer).id, null, agreement.id);
  }
  const fault = Fault.load(slot.lastFault!)!;
  fault.successor = provider.id;
  fault.successorRent = p.rent;
  fault.bounty = p.bounty;
  fault.repairer = repairer;
  fault.replacedBy = at.transaction.id;
  fault.save();
  at.epoch.replaced++;
  about(at, agreement, slot);
  at.entry.node = vacancy.from;
  at.entry.otherNode = provider.id;
  at.entry.amount = p.bounty;
  leave(at);
}

export function handleMarketNoticed(event: Noticed): void {
  const at = enter(event, MARKET, 'Noticed');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slot = loadSlot(agreement, p.slot);
  slot.noticeFrom = p.fromPeriod.toI32();
  slot.save();
  about(at, agreement, slot);
  at.entry.node = p.provider.toString();
  at.entry.subject = p.fromPeriod;
  leave(at);
}

export function handleMarketSlotReleased(event: SlotReleased): void {
  const at = enter(event, MARKET, 'SlotReleased');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slot = loadSlot(agreement, p.slot);
  const tenureId = slot.tenure;
  if (tenureId === null) {
    dissolve(at, agreement);
  } else {
    // What comes back is the rent of the epochs without a proof: so it says how many had one, however late the release is.
    const tenure = Tenure.load(tenureId)!;
    const missed = tenure.rent.isZero() ? 0 : p.refund.div(tenure.rent).toI32();
    closeTenure(tenure, agreement.endEpoch, agreement.endEpoch - tenure.startEpoch - missed);
    at.entry.node = p.provider.toString();
  }
  slot.state = 'Released';
  slot.provider = null;
  slot.parent = null;
  slot.tenure = null;
  slot.vacancy = null;
  slot.rent = ZERO;
  slot.save();
  agreement.releasedSlots++;
  agreement.save();
  about(at, agreement, slot);
  at.entry.amount = p.refund;
  leave(at);
}

/** A vacancy of an agreement that is over, or in its last epoch. */
function dissolve(at: Moment, agreement: Agreement): void {
  if (agreement.endPeriod > at.network.periodNumber) countVacancy(at.network, agreement, -1);
  else agreement.vacantSlots--;
}

/** The successor's part of what was slashed; in the agreement's last period only what is left of the period, as Vacancies.fill has it. */
function premiumOf(vacancy: Vacancy, agreement: Agreement, at: Moment): BigInt {
  const ahead = agreement.endEpoch - at.number;
  const whole = at.network.epochsPerPeriod;
  const reward = ahead < whole ? vacancy.reward.times(BigInt.fromI32(ahead)).div(BigInt.fromI32(whole)) : vacancy.reward;
  return reward.times(SUCCESSOR_SHARE).div(REPAIRER_SHARE.plus(SUCCESSOR_SHARE));
}

export function loadSlot(agreement: Agreement, index: BigInt): Slot {
  return Slot.load(agreement.id + '-' + index.toString())!;
}

function about(at: Moment, agreement: Agreement, slot: Slot): void {
  at.entry.agreement = agreement.id;
  at.entry.slot = slot.id;
  at.entry.account = agreement.creator;
}
