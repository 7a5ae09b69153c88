import { BigInt } from '@graphprotocol/graph-ts';
import { Endowment, EndowmentChange } from '../generated/schema';
import { Drawn, Endowed, Founded, Invested, Reclaimed, Released } from '../generated/Endowment/Endowment';
import { loadAccount, recordPayment } from './core/accounts';
import { isZeroAddress, ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const ENDOWMENT = 'Endowment';

export function handleEndowmentFounded(event: Founded): void {
  const at = enter(event, ENDOWMENT, 'Founded');
  const p = event.params;
  const fund = new Endowment(p.fund.toString());
  fund.number = p.fund;
  fund.agreement = p.id.toString();
  fund.founder = loadAccount(p.founder).id;
  if (!isZeroAddress(p.vault)) fund.vault = p.vault;
  fund.maxPerPeriod = p.maxPerPeriod;
  fund.minProvenBps = p.minProvenBps;
  fund.reservePeriods = p.reservePeriods;
  fund.tokens = ZERO;
  fund.shares = ZERO;
  fund.endowed = ZERO;
  fund.invested = ZERO;
  fund.drawn = ZERO;
  fund.released = ZERO;
  fund.reclaimed = ZERO;
  fund.paidInPeriod = 0;
  fund.foundedAt = at.timestamp;
  fund.transaction = at.transaction.id;
  fund.save();
  about(at, fund, null);
}

export function handleEndowmentEndowed(event: Endowed): void {
  const at = enter(event, ENDOWMENT, 'Endowed');
  const p = event.params;
  const fund = Endowment.load(p.fund.toString())!;
  fund.tokens = fund.tokens.plus(p.amount);
  fund.endowed = fund.endowed.plus(p.amount);
  fund.save();
  const change = changeOf(at, fund, 'Endowed', p.amount, ZERO);
  change.from = p.from;
  change.save();
  recordPayment(at, 0, 'Endowed', p.amount, loadAccount(p.from).id, null, fund.agreement);
  about(at, fund, p.amount);
}

export function handleEndowmentInvested(event: Invested): void {
  const at = enter(event, ENDOWMENT, 'Invested');
  const p = event.params;
  const fund = Endowment.load(p.fund.toString())!;
  fund.tokens = fund.tokens.minus(p.amount);
  fund.shares = fund.shares.plus(p.shares);
  fund.invested = fund.invested.plus(p.amount);
  fund.save();
  changeOf(at, fund, 'Invested', p.amount, p.shares).save();
  about(at, fund, p.amount);
}

/** For a payment, or all of it: then the founder has called everything back, unless the payment behind it used up the last share. */
export function handleEndowmentDrawn(event: Drawn): void {
  const at = enter(event, ENDOWMENT, 'Drawn');
  const p = event.params;
  const fund = Endowment.load(p.fund.toString())!;
  fund.tokens = fund.tokens.plus(p.amount);
  fund.shares = p.sharesLeft;
  fund.drawn = fund.drawn.plus(p.amount);
  if (p.sharesLeft.isZero()) {
    fund.formerVault = fund.vault;
    fund.vault = null;
    fund.emptiedBy = at.transaction.id;
  }
  fund.save();
  changeOf(at, fund, 'Drawn', p.amount, p.sharesLeft).save();
  about(at, fund, p.amount);
}

export function handleEndowmentReleased(event: Released): void {
  const at = enter(event, ENDOWMENT, 'Released');
  const p = event.params;
  const fund = Endowment.load(p.fund.toString())!;
  fund.tokens = fund.tokens.minus(p.amount);
  fund.released = fund.released.plus(p.amount);
  fund.paidInPeriod = at.network.periodNumber;
  const emptiedBy = fund.emptiedBy;
  if (emptiedBy !== null && emptiedBy.equals(at.transaction.id)) {
    fund.vault = fund.formerVault;
    fund.emptiedBy = null;
  }
  fund.save();
  const change = changeOf(at, fund, 'Released', p.amount, ZERO);
  change.endPeriod = p.endPeriod.toI32();
  change.save();
  recordPayment(at, 0, 'EndowmentRelease', p.amount, null, null, fund.agreement);
  about(at, fund, p.amount);
}

export function handleEndowmentReclaimed(event: Reclaimed): void {
  const at = enter(event, ENDOWMENT, 'Reclaimed');
  const p = event.params;
  const fund = Endowment.load(p.fund.toString())!;
  fund.tokens = ZERO;
  fund.shares = ZERO;
  fund.reclaimed = fund.reclaimed.plus(p.tokens);
  fund.save();
  changeOf(at, fund, 'Reclaimed', p.tokens, p.shares).save();
  recordPayment(at, 0, 'EndowmentReclaimed', p.tokens, loadAccount(p.founder).id, null, fund.agreement);
  about(at, fund, p.tokens);
}

function changeOf(at: Moment, fund: Endowment, kind: string, amount: BigInt, shares: BigInt): EndowmentChange {
  const change = new EndowmentChange(at.id);
  change.endowment = fund.id;
  change.kind = kind;
  change.amount = amount;
  change.shares = shares;
  change.epochNumber = at.number;
  change.epoch = at.epoch.id;
  change.timestamp = at.timestamp;
  change.transaction = at.transaction.id;
  return change;
}

function about(at: Moment, fund: Endowment, amount: BigInt | null): void {
  at.entry.agreement = fund.agreement;
  at.entry.account = fund.founder;
  at.entry.subject = fund.number;
  at.entry.amount = amount;
  leave(at);
}
