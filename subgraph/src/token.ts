import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { Challenge, Name, NameDeed, Transfer } from '../generated/schema';
import { Approval, Transfer as TransferEvent } from '../generated/Token/Token';
import { loadAccount } from './core/accounts';
import { isZeroAddress } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const TOKEN = 'Token';
const ADDRESSES = BigInt.fromI32(1).leftShift(160);

export function handleTokenTransfer(event: TransferEvent): void {
  const at = enter(event, TOKEN, 'Transfer');
  const p = event.params;
  const network = at.network;
  if (isZeroAddress(p.from)) network.tokenSupply = network.tokenSupply.plus(p.value);
  else move(p.from, BigInt.zero().minus(p.value));
  if (isZeroAddress(p.to)) {
    network.tokenSupply = network.tokenSupply.minus(p.value);
    network.tokenBurned = network.tokenBurned.plus(p.value);
  } else {
    move(p.to, p.value);
  }
  const transfer = new Transfer(at.id);
  transfer.from = loadAccount(p.from).id;
  transfer.to = loadAccount(p.to).id;
  transfer.amount = p.value;
  transfer.epochNumber = at.number;
  transfer.epoch = at.epoch.id;
  transfer.timestamp = at.timestamp;
  transfer.transaction = at.transaction.id;
  transfer.save();
  nameChallenger(at, p.from, p.to);
  at.entry.account = p.from;
  at.entry.amount = p.value;
  leave(at);
}

/** The first tokens that move to the market behind a Challenged are its bond: nothing comes between. */
function nameChallenger(at: Moment, from: Bytes, to: Bytes): void {
  const awaited = at.transaction.bondAwaited;
  if (awaited === null || !to.equals(at.network.market)) return;
  const challenge = Challenge.load(awaited)!;
  challenge.challenger = from;
  challenge.save();
  at.transaction.bondAwaited = null;
}

/** Deeds of names are approvals: see the schema's Name. */
export function handleTokenApproval(event: Approval): void {
  const at = enter(event, TOKEN, 'Approval');
  const p = event.params;
  const name = Name.load(p.spender);
  if (name === null) {
    if (p.value.isZero()) claim(at, p.spender, p.owner);
  } else if (name.owner.equals(p.owner) && !p.value.isZero() && p.value.lt(ADDRESSES)) {
    handOver(at, name, addressFrom(p.value));
  }
  at.entry.account = loadAccount(p.owner).id;
  at.entry.amount = p.value;
  leave(at);
}

function claim(at: Moment, key: Bytes, owner: Bytes): void {
  const name = new Name(key);
  name.tenures = 0;
  handOver(at, name, owner);
}

function handOver(at: Moment, name: Name, owner: Bytes): void {
  name.owner = loadAccount(owner).id;
  name.tenures++;
  name.save();
  const deed = new NameDeed(at.id);
  deed.name = name.id;
  deed.owner = name.owner;
  deed.tenure = name.tenures;
  deed.timestamp = at.timestamp;
  deed.transaction = at.transaction.id;
  deed.save();
}

function addressFrom(value: BigInt): Bytes {
  const address = new Uint8Array(20);
  // Little-endian, without leading zeros or with one byte for the sign.
  for (let i = 0; i < 20 && i < value.length; i++) address[19 - i] = value[i];
  return Bytes.fromUint8Array(address);
}

function move(address: Bytes, amount: BigInt): void {
  const account = loadAccount(address);
  account.balance = account.balance.plus(amount);
  account.save();
}
