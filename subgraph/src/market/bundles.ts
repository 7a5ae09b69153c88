import { BigInt } from '@graphprotocol/graph-ts';
import { Agreement, Bundle } from '../../generated/schema';
import { Acknowledged, Committed, Retired } from '../../generated/Market/Market';
import { loadAgreement } from '../core/accounts';
import { ZERO } from '../core/constants';
import { enter, leave, Moment } from '../core/moment';

const MARKET = 'Market';
const ONE = BigInt.fromI32(1);

export function handleMarketCommitted(event: Committed): void {
  const at = enter(event, MARKET, 'Committed');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const bundle = new Bundle(idOf(p.id, p.bundle));
  bundle.agreement = agreement.id;
  bundle.number = p.bundle.toI32();
  bundle.root = p.root;
  bundle.first = p.first;
  bundle.batches = p.batches;
  bundle.sizeBytes = p.batches.leftShift(u8(agreement.batchLog2));
  bundle.acknowledged = p.acknowledged;
  bundle.receipts = countBits(p.acknowledged);
  bundle.committedEpoch = at.number;
  bundle.committedAt = at.timestamp;
  bundle.transaction = at.transaction.id;
  bundle.save();
  agreement.bundles++;
  agreement.batches = agreement.batches.plus(p.batches);
  agreement.save();
  at.network.storedBytes = at.network.storedBytes.plus(bundle.sizeBytes);
  at.epoch.committedBatches = at.epoch.committedBatches.plus(p.batches);
  at.epoch.committedBytes = at.epoch.committedBytes.plus(bundle.sizeBytes);
  about(at, agreement, p.bundle);
  leave(at);
}

export function handleMarketAcknowledged(event: Acknowledged): void {
  const at = enter(event, MARKET, 'Acknowledged');
  const p = event.params;
  const bundle = Bundle.load(idOf(p.id, p.bundle))!;
  bundle.acknowledged = bundle.acknowledged.plus(ONE.leftShift(u8(p.slot.toI32())));
  bundle.receipts++;
  bundle.save();
  about(at, loadAgreement(p.id), p.bundle);
  at.entry.slot = p.id.toString() + '-' + p.slot.toString();
  leave(at);
}

export function handleMarketRetired(event: Retired): void {
  const at = enter(event, MARKET, 'Retired');
  const p = event.params;
  const bundle = Bundle.load(idOf(p.id, p.bundle))!;
  bundle.retiredEpoch = at.number;
  bundle.retiredBy = at.transaction.id;
  bundle.save();
  const agreement = loadAgreement(p.id);
  agreement.retiredBatches = agreement.retiredBatches.plus(p.batches);
  agreement.save();
  at.network.storedBytes = at.network.storedBytes.minus(bundle.sizeBytes);
  at.epoch.retiredBytes = at.epoch.retiredBytes.plus(bundle.sizeBytes);
  about(at, agreement, p.bundle);
  leave(at);
}

function about(at: Moment, agreement: Agreement, bundle: BigInt): void {
  at.entry.agreement = agreement.id;
  at.entry.account = agreement.creator;
  at.entry.subject = bundle;
}

function idOf(agreement: BigInt, bundle: BigInt): string {
  return agreement.toString() + '-' + bundle.toString();
}

function countBits(mask: BigInt): i32 {
  let rest = mask;
  let count = 0;
  while (rest.gt(ZERO)) {
    if (rest.bitAnd(ONE).equals(ONE)) count++;
    rest = rest.rightShift(1);
  }
  return count;
}
