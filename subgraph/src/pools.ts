import { BigInt } from '@graphprotocol/graph-ts';
import { PoolPayee, SponsoredRead, SponsorPool } from '../generated/schema';
import { PoolClosed, PoolClosing, PoolFunded, Sponsored, SponsoredRead as SponsoredReadEvent } from '../generated/Channels/Channels';
import { payRead } from './channels';
import { loadAccount, recordPayment } from './core/accounts';
import { ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const CHANNELS = 'Channels';

export function handleChannelsSponsored(event: Sponsored): void {
  const at = enter(event, CHANNELS, 'Sponsored');
  const p = event.params;
  const pool = new SponsorPool(p.pool.toString());
  pool.number = p.pool;
  pool.sponsor = loadAccount(p.sponsor).id;
  pool.signer = p.signer;
  if (!p.heavy.isZero()) pool.heavy = p.heavy.toString();
  pool.content = p.content;
  pool.maxPerMib = p.maxPerMib;
  pool.deposit = p.amount;
  pool.left = p.amount;
  pool.paid = ZERO;
  pool.fees = ZERO;
  pool.refund = ZERO;
  pool.closesAt = ZERO;
  pool.state = 'Open';
  pool.openedAt = at.timestamp;
  pool.transaction = at.transaction.id;
  pool.save();
  recordPayment(at, 0, 'PoolDeposit', p.amount, pool.sponsor, null, null);
  about(at, pool, p.amount);
}

export function handleChannelsPoolFunded(event: PoolFunded): void {
  const at = enter(event, CHANNELS, 'PoolFunded');
  const p = event.params;
  const pool = SponsorPool.load(p.pool.toString())!;
  pool.deposit = pool.deposit.plus(p.amount);
  pool.left = pool.left.plus(p.amount);
  pool.save();
  recordPayment(at, 0, 'PoolDeposit', p.amount, loadAccount(p.from).id, null, null);
  about(at, pool, p.amount);
}

export function handleChannelsSponsoredRead(event: SponsoredReadEvent): void {
  const at = enter(event, CHANNELS, 'SponsoredRead');
  const p = event.params;
  const payee = p.payee.toString();
  const pool = SponsorPool.load(p.pool.toString())!;
  pool.left = pool.left.minus(p.amount);
  pool.paid = pool.paid.plus(p.amount);
  pool.fees = pool.fees.plus(p.fee);
  pool.save();
  const share = loadPayee(pool, payee);
  share.paid = share.paid.plus(p.amount);
  share.servedBytes = p.servedBytes;
  share.save();
  const read = new SponsoredRead(at.id);
  read.pool = pool.id;
  read.payee = payee;
  read.servedBytes = p.servedBytes;
  read.amount = p.amount;
  read.fee = p.fee;
  read.epochNumber = at.number;
  read.epoch = at.epoch.id;
  read.timestamp = at.timestamp;
  read.transaction = at.transaction.id;
  read.save();
  payRead(at, payee, pool.heavy, 'SponsoredRead', p.amount, p.fee);
  at.entry.node = payee;
  about(at, pool, p.amount);
}

export function handleChannelsPoolClosing(event: PoolClosing): void {
  const at = enter(event, CHANNELS, 'PoolClosing');
  const pool = SponsorPool.load(event.params.pool.toString())!;
  pool.closesAt = event.params.closesAt;
  pool.state = 'Closing';
  pool.save();
  about(at, pool, null);
}

export function handleChannelsPoolClosed(event: PoolClosed): void {
  const at = enter(event, CHANNELS, 'PoolClosed');
  const pool = SponsorPool.load(event.params.pool.toString())!;
  pool.refund = event.params.refund;
  pool.left = ZERO;
  pool.state = 'Closed';
  pool.save();
  recordPayment(at, 0, 'PoolRefund', event.params.refund, pool.sponsor, null, null);
  about(at, pool, event.params.refund);
}

function loadPayee(pool: SponsorPool, payee: string): PoolPayee {
  const id = pool.id + '-' + payee;
  const known = PoolPayee.load(id);
  if (known !== null) return known;
  const share = new PoolPayee(id);
  share.pool = pool.id;
  share.payee = payee;
  share.paid = ZERO;
  share.servedBytes = ZERO;
  return share;
}

function about(at: Moment, pool: SponsorPool, amount: BigInt | null): void {
  at.entry.account = pool.sponsor;
  at.entry.otherNode = pool.heavy;
  at.entry.subject = pool.number;
  at.entry.amount = amount;
  leave(at);
}
