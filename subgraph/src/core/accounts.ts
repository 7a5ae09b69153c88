import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { Account, Agreement, Creator, CreatorEpoch, HeavyNode, HeavyNodeEpoch, Node, Payment } from '../../generated/schema';
import { ZERO } from './constants';
import { Moment } from './moment';

export function loadAccount(address: Bytes): Account {
  const known = Account.load(address);
  if (known !== null) return known;
  const account = new Account(address);
  account.balance = ZERO;
  account.owed = ZERO;
  account.isOwedExact = true;
  account.withdrawn = ZERO;
  account.save();
  return account;
}

/** The market owes the account so much more. */
export function creditAccount(address: Bytes, amount: BigInt): void {
  const account = loadAccount(address);
  account.owed = account.owed.plus(amount);
  account.save();
}

/** The market owes the node so much more. */
export function creditNode(id: string, amount: BigInt): void {
  const node = Node.load(id)!;
  node.owed = node.owed.plus(amount);
  node.save();
}

export function loadCreator(at: Moment, address: Bytes): Creator {
  const known = Creator.load(address);
  if (known !== null) return known;
  const creator = new Creator(address);
  creator.account = loadAccount(address).id;
  creator.nonce = 0;
  creator.agreementCount = 0;
  creator.rentPaid = ZERO;
  creator.toppedUp = ZERO;
  creator.potTaken = ZERO;
  creator.refunded = ZERO;
  at.network.creators++;
  return creator;
}

export function loadCreatorEpoch(at: Moment, creator: Bytes): CreatorEpoch {
  const id = creator.toHexString() + '-' + at.epoch.id;
  const known = CreatorEpoch.load(id);
  if (known !== null) return known;
  const line = new CreatorEpoch(id);
  line.creator = creator;
  line.epochNumber = at.number;
  line.epoch = at.epoch.id;
  line.opened = ZERO;
  line.grown = ZERO;
  line.extended = ZERO;
  line.toppedUp = ZERO;
  line.potTaken = ZERO;
  line.refunded = ZERO;
  return line;
}

export function loadHeavyEpoch(at: Moment, heavy: string): HeavyNodeEpoch {
  const id = heavy + '-' + at.epoch.id;
  const known = HeavyNodeEpoch.load(id);
  if (known !== null) return known;
  const line = new HeavyNodeEpoch(id);
  line.heavy = heavy;
  line.epochNumber = at.number;
  line.epoch = at.epoch.id;
  line.matches = 0;
  line.matchedBytes = ZERO;
  line.fees = ZERO;
  line.parentFees = ZERO;
  line.readFees = ZERO;
  line.burned = ZERO;
  return line;
}

/** One line of somebody's statement. `part` tells lines of one event apart. */
export function recordPayment(at: Moment, part: i32, kind: string, amount: BigInt, account: Bytes | null, node: string | null, agreement: string | null): void {
  const payment = new Payment(at.id.concatI32(part));
  payment.kind = kind;
  payment.amount = amount;
  payment.account = account;
  payment.node = node;
  payment.agreement = agreement;
  payment.epochNumber = at.number;
  payment.epoch = at.epoch.id;
  payment.timestamp = at.timestamp;
  payment.transaction = at.transaction.id;
  payment.save();
}

/** A heavy node's share of paid reads. */
export function earnReadFee(at: Moment, heavy: string, fee: BigInt): void {
  const record = HeavyNode.load(heavy)!;
  record.readFees = record.readFees.plus(fee);
  record.save();
  const line = loadHeavyEpoch(at, heavy);
  line.readFees = line.readFees.plus(fee);
  line.save();
  const node = Node.load(heavy)!;
  node.readsEarned = node.readsEarned.plus(fee);
  node.save();
}

export function loadAgreement(id: BigInt): Agreement {
  return Agreement.load(id.toString())!;
}
