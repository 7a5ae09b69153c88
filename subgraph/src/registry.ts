import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { HeavyNode, Node, Operator, Provider } from '../generated/schema';
import { EndpointChanged, OperatorChanged, OperatorNamed, ParentChanged, PayoutChanged, Registered } from '../generated/Registry/Registry';
import { loadAccount } from './core/accounts';
import { isZeroAddress, TIERS, ZERO } from './core/constants';
import { enter, leave, Moment } from './core/moment';

const REGISTRY = 'Registry';

export function handleRegistryRegistered(event: Registered): void {
  const at = enter(event, REGISTRY, 'Registered');
  const p = event.params;
  const id = p.id.toString();
  const isHeavy = TIERS[p.tier] == 'Heavy';
  const operator = loadOperator(p.operator);
  operator.node = id;
  operator.save();
  const node = new Node(id);
  node.number = p.id;
  node.tier = TIERS[p.tier];
  node.operator = operator.id;
  node.payout = p.payout;
  node.region = p.region;
  if (!isHeavy) node.parent = p.parent.toString();
  node.endpoint = p.endpoint;
  node.stake = ZERO;
  node.queued = ZERO;
  node.owed = ZERO;
  node.paid = ZERO;
  node.slashed = ZERO;
  node.readsEarned = ZERO;
  node.registeredAt = at.timestamp;
  node.registeredEpoch = at.epoch.id;
  node.save();
  at.network.nodes++;
  if (isHeavy) addHeavyNode(at, node);
  else addProvider(at, node);
  at.entry.node = id;
  at.entry.otherNode = node.parent;
  at.entry.account = loadAccount(p.operator).id;
  leave(at);
}

function addHeavyNode(at: Moment, node: Node): void {
  const heavy = new HeavyNode(node.id);
  heavy.node = node.id;
  heavy.children = 0;
  heavy.matches = 0;
  heavy.matchedBytes = ZERO;
  heavy.fees = ZERO;
  heavy.parentFees = ZERO;
  heavy.readFees = ZERO;
  heavy.toBurn = ZERO;
  heavy.burned = ZERO;
  heavy.save();
  at.network.heavyNodes++;
}

function addProvider(at: Moment, node: Node): void {
  const provider = new Provider(node.id);
  provider.node = node.id;
  provider.tier = node.tier;
  provider.rent = ZERO;
  provider.fee = ZERO;
  provider.sinceEpoch = 0;
  provider.required = ZERO;
  provider.slots = 0;
  provider.accountedEpoch = at.number;
  provider.bookedPeriod = 0;
  provider.proofs = 0;
  provider.lastProvedEpoch = -1;
  provider.missed = 0;
  provider.missedInRow = 0;
  provider.earned = ZERO;
  provider.settled = ZERO;
  provider.missedPay = ZERO;
  provider.premiums = ZERO;
  provider.bonds = ZERO;
  provider.slashedForSlots = ZERO;
  provider.penalties = ZERO;
  provider.burnedFor = ZERO;
  provider.rewarded = ZERO;
  provider.save();
  at.network.providers++;
  countChild(node.parent, 1);
}

export function handleRegistryEndpointChanged(event: EndpointChanged): void {
  const at = enter(event, REGISTRY, 'EndpointChanged');
  const node = touch(at, event.params.id);
  node.endpoint = event.params.endpoint;
  node.save();
  leave(at);
}

export function handleRegistryParentChanged(event: ParentChanged): void {
  const at = enter(event, REGISTRY, 'ParentChanged');
  const node = touch(at, event.params.id);
  countChild(node.parent, -1);
  node.parent = event.params.parent.toString();
  countChild(node.parent, 1);
  node.save();
  at.entry.otherNode = node.parent;
  leave(at);
}

export function handleRegistryPayoutChanged(event: PayoutChanged): void {
  const at = enter(event, REGISTRY, 'PayoutChanged');
  const node = touch(at, event.params.id);
  node.payout = event.params.payout;
  node.save();
  at.entry.account = loadAccount(event.params.payout).id;
  leave(at);
}

export function handleRegistryOperatorNamed(event: OperatorNamed): void {
  const at = enter(event, REGISTRY, 'OperatorNamed');
  const node = touch(at, event.params.id);
  node.namedOperator = isZeroAddress(event.params.operator) ? null : changetype<Bytes>(event.params.operator);
  node.save();
  if (node.namedOperator !== null) at.entry.account = loadAccount(event.params.operator).id;
  leave(at);
}

export function handleRegistryOperatorChanged(event: OperatorChanged): void {
  const at = enter(event, REGISTRY, 'OperatorChanged');
  const node = touch(at, event.params.id);
  const former = loadOperator(event.params.from);
  former.node = null;
  former.former = node.id;
  former.save();
  const operator = loadOperator(event.params.to);
  operator.node = node.id;
  operator.save();
  node.operator = operator.id;
  node.namedOperator = null;
  node.save();
  at.entry.account = operator.account;
  leave(at);
}

/** The node that the event is about. */
export function touch(at: Moment, id: BigInt): Node {
  at.entry.node = id.toString();
  return Node.load(id.toString())!;
}

function loadOperator(address: Bytes): Operator {
  const known = Operator.load(address);
  if (known !== null) return known;
  const operator = new Operator(address);
  operator.account = loadAccount(address).id;
  return operator;
}

function countChild(parent: string | null, change: i32): void {
  if (parent === null) return;
  const heavy = HeavyNode.load(parent)!;
  heavy.children += change;
  heavy.save();
}
