import { BigInt } from '@graphprotocol/graph-ts';
import { Channel, Node, Redemption } from '../generated/schema';
import { Closed, Closing, Opened, Redeemed, ToppedUp } from '../generated/Channels/Channels';
import { earnReadFee, loadAccount, recordPayment } from './core/accounts';
import { ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const CHANNELS = 'Channels';

export function handleChannelsOpened(event: Opened): void {
  const at = enter(event, CHANNELS, 'Opened');
  const p = event.params;
  const channel = new Channel(p.channel.toString());
  channel.number = p.channel;
  channel.payer = loadAccount(p.payer).id;
  channel.signer = p.signer;
  channel.payee = p.payee.toString();
  if (!p.heavy.isZero()) channel.heavy = p.heavy.toString();
  channel.content = p.content;
  channel.deposit = p.amount;
  channel.redeemed = ZERO;
  channel.fees = ZERO;
  channel.refund = ZERO;
  channel.closesAt = ZERO;
  channel.state = 'Open';
  channel.openedAt = at.timestamp;
  channel.transaction = at.transaction.id;
  channel.save();
  recordPayment(at, 0, 'ChannelDeposit', p.amount, channel.payer, channel.payee, null);
  about(at, channel, p.amount);
}

export function handleChannelsToppedUp(event: ToppedUp): void {
  const at = enter(event, CHANNELS, 'ToppedUp');
  const p = event.params;
  const channel = Channel.load(p.channel.toString())!;
  channel.deposit = channel.deposit.plus(p.amount);
  channel.save();
  recordPayment(at, 0, 'ChannelDeposit', p.amount, loadAccount(p.from).id, channel.payee, null);
  about(at, channel, p.amount);
}

export function handleChannelsRedeemed(event: Redeemed): void {
  const at = enter(event, CHANNELS, 'Redeemed');
  const p = event.params;
  const channel = Channel.load(p.channel.toString())!;
  channel.redeemed = channel.redeemed.plus(p.amount);
  channel.fees = channel.fees.plus(p.fee);
  channel.save();
  const redemption = new Redemption(at.id);
  redemption.channel = channel.id;
  redemption.amount = p.amount;
  redemption.fee = p.fee;
  redemption.epochNumber = at.number;
  redemption.epoch = at.epoch.id;
  redemption.timestamp = at.timestamp;
  redemption.transaction = at.transaction.id;
  redemption.save();
  payRead(at, channel.payee, channel.heavy, 'Read', p.amount, p.fee);
  about(at, channel, p.amount);
}

export function handleChannelsClosing(event: Closing): void {
  const at = enter(event, CHANNELS, 'Closing');
  const channel = Channel.load(event.params.channel.toString())!;
  channel.closesAt = event.params.closesAt;
  channel.state = 'Closing';
  channel.save();
  about(at, channel, null);
}

export function handleChannelsClosed(event: Closed): void {
  const at = enter(event, CHANNELS, 'Closed');
  const channel = Channel.load(event.params.channel.toString())!;
  channel.refund = event.params.refund;
  channel.state = 'Closed';
  channel.save();
  recordPayment(at, 0, 'ChannelRefund', event.params.refund, channel.payer, channel.payee, null);
  about(at, channel, event.params.refund);
}

/** A paid read: to the node, less the heavy node's share. */
export function payRead(at: Moment, payee: string, heavy: string | null, kind: string, amount: BigInt, fee: BigInt): void {
  const node = Node.load(payee)!;
  node.readsEarned = node.readsEarned.plus(amount).minus(fee);
  node.save();
  recordPayment(at, 0, kind, amount.minus(fee), null, payee, null);
  if (heavy !== null && !fee.isZero()) {
    earnReadFee(at, heavy, fee);
    recordPayment(at, 1, kind, fee, null, heavy, null);
  }
  at.network.readsPaid = at.network.readsPaid.plus(amount);
  at.epoch.readsPaid = at.epoch.readsPaid.plus(amount);
}

function about(at: Moment, channel: Channel, amount: BigInt | null): void {
  at.entry.account = channel.payer;
  at.entry.node = channel.payee;
  at.entry.otherNode = channel.heavy;
  at.entry.subject = channel.number;
  at.entry.amount = amount;
  leave(at);
}
