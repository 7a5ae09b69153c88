import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { Agreement, Creator, Extension, HeavyNode, Node, Provider, Slot } from '../../generated/schema';
import { Closed, Extended, Grown, Opened } from '../../generated/Market/Market';
import { loadAccount, loadAgreement, loadCreator, loadCreatorEpoch, loadHeavyEpoch, recordPayment } from '../core/accounts';
import { growthOf } from '../core/calldata';
import { ZERO } from '../core/constants';
import { feeOf, moveEnd, scheduleAgreement, scheduleRent } from '../core/ends';
import { enter, leave, Moment } from '../core/moment';
import { loadPeriod } from '../core/periods';
import { appoint, endTenure, newSlot } from './tenures';

const MARKET = 'Market';

export function handleMarketOpened(event: Opened): void {
  const at = enter(event, MARKET, 'Opened');
  const network = at.network;
  const p = event.params;
  const terms = p.terms;
  const creator = loadCreator(at, p.creator);
  const id = p.id.toString();
  const agreement = new Agreement(id);
  agreement.number = p.id;
  agreement.creator = creator.id;
  agreement.heavy = p.heavy.toString();
  agreement.feeBps = terms.feeBps;
  agreement.k = terms.k;
  agreement.m = terms.m;
  agreement.batchLog2 = terms.batchLog2;
  agreement.quota = terms.quota;
  agreement.quotaBytes = terms.quota.leftShift(u8(terms.batchLog2));
  agreement.startEpoch = at.number;
  agreement.endPeriod = terms.endPeriod.toI32();
  agreement.endEpoch = agreement.endPeriod * network.epochsPerPeriod;
  agreement.bundles = 0;
  agreement.batches = ZERO;
  agreement.retiredBatches = ZERO;
  agreement.turns = 0;
  agreement.vacantSlots = 0;
  agreement.releasedSlots = 0;
  agreement.pot = ZERO;
  agreement.maxPerPeriod = ZERO;
  agreement.untilPeriod = ZERO;
  agreement.isLocked = false;
  agreement.isClosed = false;
  agreement.paid = p.paid;
  agreement.refunded = ZERO;
  agreement.openedAt = at.timestamp;
  agreement.openedBy = at.transaction.id;
  let rent = ZERO;
  let fee = ZERO;
  for (let i = 0; i < p.offers.length; i++) {
    const offer = p.offers[i];
    const provider = offer.provider.toString();
    const slotRent = offer.price.times(terms.quota);
    const slot = newSlot(agreement, i);
    appoint(at, agreement, slot, Provider.load(provider)!, Node.load(provider)!.parent!, slotRent);
    slot.save();
    rent = rent.plus(slotRent);
    fee = fee.plus(feeOf(slotRent, agreement.feeBps));
  }
  agreement.rent = rent;
  agreement.save();
  scheduleRent(network, agreement.endPeriod, rent, fee);
  scheduleAgreement(network, agreement, agreement.endPeriod, 1);
  network.agreements++;
  network.runningAgreements++;
  network.runningSlots += agreement.k + agreement.m;
  network.reservedBytes = network.reservedBytes.plus(agreement.quotaBytes);
  creator.nonce++;
  creator.agreementCount++;
  creator.save();
  countMatch(at, agreement.heavy, agreement.quotaBytes, 1);
  at.epoch.opened++;
  at.epoch.openedRent = at.epoch.openedRent.plus(rent);
  at.epoch.openedBytes = at.epoch.openedBytes.plus(agreement.quotaBytes);
  payRent(at, agreement, p.paid, 'Opening', agreement.creator);
  at.entry.otherNode = agreement.heavy;
  leave(at);
}

export function handleMarketExtended(event: Extended): void {
  const at = enter(event, MARKET, 'Extended');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const fromPot = p.payer.equals(at.network.market);
  const extension = new Extension(at.id);
  extension.agreement = agreement.id;
  extension.fromPeriod = agreement.endPeriod;
  extension.endPeriod = p.endPeriod.toI32();
  extension.paid = p.paid;
  extension.payer = p.payer;
  extension.fromPot = fromPot;
  extension.epochNumber = at.number;
  extension.epoch = at.epoch.id;
  extension.transaction = at.transaction.id;
  extension.save();
  moveEnd(at.network, agreement, p.endPeriod.toI32());
  agreement.turns++;
  if (fromPot) agreement.pot = agreement.pot.minus(p.paid);
  agreement.paid = agreement.paid.plus(p.paid);
  agreement.save();
  payRent(at, agreement, p.paid, fromPot ? 'Renewal' : 'Extension', loadAccount(p.payer).id);
  leave(at);
}

export function handleMarketClosed(event: Closed): void {
  const at = enter(event, MARKET, 'Closed');
  const agreement = loadAgreement(event.params.id);
  moveEnd(at.network, agreement, event.params.endPeriod.toI32());
  agreement.turns++;
  agreement.isClosed = true;
  agreement.save();
  about(at, agreement);
  at.entry.amount = event.params.refund;
  leave(at);
}

/** Each slot's rent rises by what its offer says; tenures begin anew, because the missed rent so far is refunded. */
export function handleMarketGrown(event: Grown): void {
  const at = enter(event, MARKET, 'Grown');
  const network = at.network;
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slots = agreement.k + agreement.m;
  const added = p.quota.minus(agreement.quota);
  // Whole by construction: the cost is this rate times the epochs that are left, the current one included.
  const rate = p.paid.div(BigInt.fromI32(agreement.endEpoch - at.number));
  const rents = growthOf(event.transaction, network.market, agreement.number, slots, rate);
  let fee = ZERO;
  for (let i = 0; i < slots; i++) {
    const slot = Slot.load(agreement.id + '-' + i.toString())!;
    const provider = Provider.load(slot.provider!)!;
    const parent = slot.parent!;
    const old = slot.rent;
    // Rent never was zero in between.
    const since = provider.sinceEpoch;
    const networkSince = network.sinceEpoch;
    const more = rents === null ? shareOf(rate, slots, i) : rents[i];
    endTenure(at, agreement, slot, provider);
    appoint(at, agreement, slot, provider, parent, old.plus(more));
    slot.save();
    provider.sinceEpoch = since;
    provider.save();
    network.sinceEpoch = networkSince;
    fee = fee.plus(feeOf(old.plus(more), agreement.feeBps)).minus(feeOf(old, agreement.feeBps));
  }
  const bytes = added.leftShift(u8(agreement.batchLog2));
  scheduleRent(network, agreement.endPeriod, rate, fee);
  const period = loadPeriod(network, agreement.endPeriod);
  period.endingBytes = period.endingBytes.plus(bytes);
  period.save();
  network.reservedBytes = network.reservedBytes.plus(bytes);
  agreement.quota = p.quota;
  agreement.quotaBytes = agreement.quotaBytes.plus(bytes);
  agreement.rent = agreement.rent.plus(rate);
  agreement.turns++;
  agreement.paid = agreement.paid.plus(p.paid);
  agreement.save();
  const creator = Creator.load(agreement.creator)!;
  creator.nonce++;
  creator.save();
  countMatch(at, agreement.heavy, bytes, 0);
  at.epoch.openedRent = at.epoch.openedRent.plus(rate);
  at.epoch.openedBytes = at.epoch.openedBytes.plus(bytes);
  payRent(at, agreement, p.paid, 'Growth', agreement.creator);
  leave(at);
}

/** The agreement and its creator are what the event is about. */
export function about(at: Moment, agreement: Agreement): void {
  at.entry.agreement = agreement.id;
  at.entry.account = agreement.creator;
}

/** Rent that came in for the agreement, whoever paid. */
function payRent(at: Moment, agreement: Agreement, amount: BigInt, kind: string, payer: Bytes): void {
  const creator = Creator.load(agreement.creator)!;
  creator.rentPaid = creator.rentPaid.plus(amount);
  creator.save();
  const line = loadCreatorEpoch(at, creator.id);
  if (kind == 'Opening') line.opened = line.opened.plus(amount);
  else if (kind == 'Growth') line.grown = line.grown.plus(amount);
  else line.extended = line.extended.plus(amount);
  line.save();
  at.network.paid = at.network.paid.plus(amount);
  at.epoch.paid = at.epoch.paid.plus(amount);
  recordPayment(at, 0, kind, amount, payer, null, agreement.id);
  about(at, agreement);
  at.entry.account = payer;
  at.entry.amount = amount;
}

function countMatch(at: Moment, id: string, bytes: BigInt, count: i32): void {
  const heavy = HeavyNode.load(id)!;
  heavy.matches += count;
  heavy.matchedBytes = heavy.matchedBytes.plus(bytes);
  heavy.save();
  const line = loadHeavyEpoch(at, id);
  line.matches += count;
  line.matchedBytes = line.matchedBytes.plus(bytes);
  line.save();
}

/** Where the offers cannot be read: even parts, the first slot takes the odd units, so that sums stay exact. */
function shareOf(rate: BigInt, slots: i32, index: i32): BigInt {
  const count = BigInt.fromI32(slots);
  const even = rate.div(count);
  return index === 0 ? rate.minus(even.times(count.minus(BigInt.fromI32(1)))) : even;
}
