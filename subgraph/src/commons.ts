import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { CommonsPayment, CommonsPool, CommonsShare } from '../generated/schema';
import { Joined, Left, Paid } from '../generated/Commons/Commons';
import { loadAccount, recordPayment } from './core/accounts';
import { ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const COMMONS = 'Commons';

export function handleCommonsJoined(event: Joined): void {
  const at = enter(event, COMMONS, 'Joined');
  const p = event.params;
  const pool = loadPool(p.id, p.round);
  const share = loadShare(pool, p.member);
  if (share.shares.isZero()) pool.members++;
  share.shares = share.shares.plus(p.shares);
  share.joined = share.joined.plus(p.amount);
  share.save();
  pool.tokens = pool.tokens.plus(p.amount);
  pool.shares = pool.shares.plus(p.shares);
  pool.joined = pool.joined.plus(p.amount);
  pool.save();
  recordPayment(at, 0, 'CommonsJoined', p.amount, share.member, null, pool.agreement);
  about(at, pool, share.member, p.amount);
}

export function handleCommonsLeft(event: Left): void {
  const at = enter(event, COMMONS, 'Left');
  const p = event.params;
  const pool = loadPool(p.id, p.round);
  const share = loadShare(pool, p.member);
  pool.tokens = pool.tokens.minus(p.amount);
  pool.shares = pool.shares.minus(share.shares);
  pool.left = pool.left.plus(p.amount);
  pool.members--;
  pool.save();
  share.shares = ZERO;
  share.left = share.left.plus(p.amount);
  share.save();
  recordPayment(at, 0, 'CommonsLeft', p.amount, share.member, null, pool.agreement);
  about(at, pool, share.member, p.amount);
}

export function handleCommonsPaid(event: Paid): void {
  const at = enter(event, COMMONS, 'Paid');
  const p = event.params;
  const pool = loadPool(p.id, p.round);
  pool.tokens = pool.tokens.minus(p.amount);
  pool.paid = pool.paid.plus(p.amount);
  pool.save();
  const payment = new CommonsPayment(at.id);
  payment.pool = pool.id;
  payment.amount = p.amount;
  payment.endPeriod = p.endPeriod.toI32();
  payment.epochNumber = at.number;
  payment.epoch = at.epoch.id;
  payment.timestamp = at.timestamp;
  payment.transaction = at.transaction.id;
  payment.save();
  recordPayment(at, 0, 'CommonsPaid', p.amount, null, null, pool.agreement);
  about(at, pool, null, p.amount);
}

function loadPool(agreement: BigInt, round: BigInt): CommonsPool {
  const id = agreement.toString() + '-' + round.toString();
  const known = CommonsPool.load(id);
  if (known !== null) return known;
  const pool = new CommonsPool(id);
  pool.agreement = agreement.toString();
  pool.round = round.toI32();
  pool.tokens = ZERO;
  pool.shares = ZERO;
  pool.joined = ZERO;
  pool.left = ZERO;
  pool.paid = ZERO;
  pool.members = 0;
  return pool;
}

function loadShare(pool: CommonsPool, member: Bytes): CommonsShare {
  const id = pool.id + '-' + member.toHexString();
  const known = CommonsShare.load(id);
  if (known !== null) return known;
  const share = new CommonsShare(id);
  share.pool = pool.id;
  share.member = loadAccount(member).id;
  share.shares = ZERO;
  share.joined = ZERO;
  share.left = ZERO;
  return share;
}

function about(at: Moment, pool: CommonsPool, member: Bytes | null, amount: BigInt): void {
  at.entry.agreement = pool.agreement;
  at.entry.account = member;
  at.entry.subject = BigInt.fromI32(pool.round);
  at.entry.amount = amount;
  leave(at);
}
