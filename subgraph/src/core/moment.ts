import { ethereum, BigInt, Bytes } from '@graphprotocol/graph-ts';
import { Epoch, Event, Network, Transaction } from '../../generated/schema';
import { selectorOf } from './calldata';
import { openEpoch } from './epochs';
import { judgeHealth } from './health';
import { loadNetwork } from './network';
import { rollTo } from './periods';

/**
 * One event and what it belongs to. Every handler begins with `enter`, changes network and epoch through the moment alone (so that no two copies of them
 * overwrite each other), says in `entry` whom the event is about, and ends with `leave`, which saves all four.
 */
export class Moment {
  constructor(
    public readonly event: ethereum.Event,
    public network: Network,
    public epoch: Epoch,
    public transaction: Transaction,
    public entry: Event,
    /** Rent or rules changed: the network's health has to be judged anew. */
    public isHealthStale: boolean,
  ) {}

  /** Transaction and log index. */
  get id(): Bytes {
    return this.entry.id;
  }

  get number(): i32 {
    return this.epoch.number;
  }

  get timestamp(): BigInt {
    return this.event.block.timestamp;
  }
}

export function enter(event: ethereum.Event, contract: string, name: string): Moment {
  const network = loadNetwork();
  const number = epochAt(network, event.block.timestamp);
  const isNew = number > network.epochNumber || network.events === 0;
  if (isNew) rollTo(network, number);
  network.block = event.block.number;
  network.timestamp = event.block.timestamp;
  const epoch = openEpoch(network, number, event.block.number);
  const transaction = loadTransaction(network, epoch, event);
  const entry = new Event(event.transaction.hash.concatI32(event.logIndex.toI32()));
  entry.ordinal = ++network.events;
  entry.contract = contract;
  entry.address = event.address;
  entry.name = name;
  entry.logIndex = event.logIndex;
  entry.block = event.block.number;
  entry.timestamp = event.block.timestamp;
  entry.epochNumber = number;
  entry.epoch = epoch.id;
  entry.transaction = transaction.id;
  return new Moment(event, network, epoch, transaction, entry, isNew);
}

export function leave(at: Moment): void {
  const network = at.network;
  const epoch = at.epoch;
  if (at.isHealthStale) judgeHealth(network);
  epoch.rent = network.rent;
  epoch.fee = network.fee;
  epoch.runningAgreements = network.runningAgreements;
  epoch.runningSlots = network.runningSlots;
  epoch.vacantSlots = network.vacantSlots;
  epoch.reservedBytes = network.reservedBytes;
  epoch.storedBytes = network.storedBytes;
  epoch.isRepairOnly = network.isRepairOnly;
  epoch.events++;
  at.transaction.events++;
  network.save();
  epoch.save();
  at.transaction.save();
  at.entry.save();
}

/** What is before genesis belongs to epoch 0: the token is older than the clock. */
function epochAt(network: Network, timestamp: BigInt): i32 {
  if (timestamp.le(network.genesis)) return 0;
  return timestamp.minus(network.genesis).div(BigInt.fromI32(network.epochSeconds)).toI32();
}

function loadTransaction(network: Network, epoch: Epoch, event: ethereum.Event): Transaction {
  const known = Transaction.load(event.transaction.hash);
  if (known !== null) return known;
  const transaction = new Transaction(event.transaction.hash);
  transaction.block = event.block.number;
  transaction.timestamp = event.block.timestamp;
  transaction.index = event.transaction.index;
  transaction.from = event.transaction.from;
  transaction.to = event.transaction.to;
  transaction.value = event.transaction.value;
  transaction.gasPrice = event.transaction.gasPrice;
  transaction.gasLimit = event.transaction.gasLimit;
  transaction.selector = selectorOf(event.transaction);
  transaction.epochNumber = epoch.number;
  transaction.epoch = epoch.id;
  transaction.events = 0;
  network.transactions++;
  return transaction;
}
