import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { StakeChange } from '../generated/schema';
import { Slashed, StakeAdded, StakeWithdrawn, WithdrawalQueued } from '../generated/Registry/Registry';
import { loadAccount, recordPayment } from './core/accounts';
import { ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';
import { touch } from './registry';

const REGISTRY = 'Registry';

export function handleRegistryStakeAdded(event: StakeAdded): void {
  const at = enter(event, REGISTRY, 'StakeAdded');
  const p = event.params;
  const node = touch(at, p.id);
  node.stake = node.stake.plus(p.amount);
  // As the registry does at the first stake: nothing is on its way out, and the word is written.
  if (node.withdrawableAtEpoch === null) node.withdrawableAtEpoch = BigInt.fromI32(at.number + at.network.withdrawalEpochs);
  node.save();
  at.network.staked = at.network.staked.plus(p.amount);
  recordStake(at, node.id, p.amount, 'Stake', p.from);
  recordPayment(at, 0, 'Stake', p.amount, loadAccount(p.from).id, node.id, null);
  at.entry.account = p.from;
  at.entry.amount = p.amount;
  leave(at);
}

export function handleRegistryWithdrawalQueued(event: WithdrawalQueued): void {
  const at = enter(event, REGISTRY, 'WithdrawalQueued');
  const node = touch(at, event.params.id);
  node.queued = event.params.amount;
  node.withdrawableAtEpoch = event.params.readyEpoch;
  node.save();
  at.entry.amount = event.params.amount;
  leave(at);
}

export function handleRegistryStakeWithdrawn(event: StakeWithdrawn): void {
  const at = enter(event, REGISTRY, 'StakeWithdrawn');
  const p = event.params;
  const node = touch(at, p.id);
  node.stake = node.stake.minus(p.amount);
  node.queued = ZERO;
  node.save();
  at.network.staked = at.network.staked.minus(p.amount);
  recordStake(at, node.id, ZERO.minus(p.amount), 'StakeWithdrawn', p.to);
  recordPayment(at, 0, 'StakeWithdrawn', p.amount, loadAccount(p.to).id, node.id, null);
  at.entry.account = p.to;
  at.entry.amount = p.amount;
  leave(at);
}

/** What it was for is said by the market's event behind it. */
export function handleRegistrySlashed(event: Slashed): void {
  const at = enter(event, REGISTRY, 'Slashed');
  const amount = event.params.amount;
  const node = touch(at, event.params.id);
  node.stake = node.stake.minus(amount);
  // Free stake goes first, then what is queued.
  if (node.queued.gt(node.stake)) node.queued = node.stake;
  node.slashed = node.slashed.plus(amount);
  node.save();
  at.network.staked = at.network.staked.minus(amount);
  at.network.slashed = at.network.slashed.plus(amount);
  recordStake(at, node.id, ZERO.minus(amount), 'Slash', at.network.market);
  recordPayment(at, 0, 'Slash', amount, null, node.id, null);
  at.entry.amount = amount;
  leave(at);
}

function recordStake(at: Moment, node: string, amount: BigInt, kind: string, party: Bytes): void {
  const change = new StakeChange(at.id);
  change.node = node;
  change.amount = amount;
  change.kind = kind;
  change.party = party;
  change.epochNumber = at.number;
  change.epoch = at.epoch.id;
  change.timestamp = at.timestamp;
  change.transaction = at.transaction.id;
  change.save();
}
