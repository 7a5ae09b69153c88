import { BigInt } from '@graphprotocol/graph-ts';
import { HeavyNode, MissReport, Proof, Provider, Settlement } from '../../generated/schema';
import { MissesReported, Proved, SeedFixed, Settled } from '../../generated/Market/Market';
import { creditAccount, creditNode, loadAccount, loadHeavyEpoch, recordPayment } from '../core/accounts';
import { BURN_SHARE, PERCENT } from '../core/constants';
import { loadRail } from '../core/ends';
import { enter, leave, Moment } from '../core/moment';
import { bringTo, loadProviderPeriod, noteProof, payOf } from '../core/providers';
import { settleRail } from '../core/rails';

const MARKET = 'Market';

export function handleMarketSeedFixed(event: SeedFixed): void {
  const at = enter(event, MARKET, 'SeedFixed');
  at.epoch.seed = event.params.seed;
  at.epoch.seededAt = at.timestamp;
  at.entry.subject = event.params.epoch;
  leave(at);
}

export function handleMarketProved(event: Proved): void {
  const at = enter(event, MARKET, 'Proved');
  const provider = Provider.load(event.params.provider.toString())!;
  bringTo(at.network, provider, at.number);
  noteProof(at, provider);
  const line = loadProviderPeriod(at.network, provider.id, at.network.periodNumber);
  if (line.proofs === 0) line.proofsBefore = provider.proofs;
  line.proofs++;
  line.earned = line.earned.plus(payOf(provider));
  line.save();
  provider.proofs++;
  provider.lastProvedEpoch = at.number;
  provider.missedInRow = 0;
  provider.earned = provider.earned.plus(payOf(provider));
  provider.save();
  const proof = new Proof(provider.id + '-' + at.epoch.id);
  proof.provider = provider.id;
  proof.epochNumber = at.number;
  proof.epoch = at.epoch.id;
  proof.rent = provider.rent;
  proof.fee = provider.fee;
  proof.slots = provider.slots;
  proof.secondsIntoEpoch = at.timestamp.minus(at.epoch.startsAt);
  proof.timestamp = at.timestamp;
  proof.transaction = at.transaction.id;
  proof.save();
  at.epoch.proofs++;
  at.epoch.provenRent = at.epoch.provenRent.plus(provider.rent);
  at.entry.node = provider.id;
  at.entry.subject = event.params.epoch;
  at.entry.amount = provider.rent;
  leave(at);
}

export function handleMarketMissesReported(event: MissesReported): void {
  const at = enter(event, MARKET, 'MissesReported');
  const p = event.params;
  const provider = Provider.load(p.provider.toString())!;
  provider.penalties = provider.penalties.plus(p.slashed);
  provider.save();
  const number = p.period.toI32();
  const line = loadProviderPeriod(at.network, provider.id, number);
  line.penalties = p.slashed;
  line.isReported = true;
  line.save();
  const report = new MissReport(provider.id + '-' + number.toString());
  report.provider = provider.id;
  report.periodNumber = number;
  report.misses = p.misses.toI32();
  report.slashed = p.slashed;
  report.reporter = p.reporter;
  report.reward = p.reward;
  report.epochNumber = at.number;
  report.epoch = at.epoch.id;
  report.transaction = at.transaction.id;
  report.save();
  creditAccount(p.reporter, p.reward);
  recordPayment(at, 0, 'ReporterShare', p.reward, loadAccount(p.reporter).id, null, null);
  at.epoch.penalties = at.epoch.penalties.plus(p.slashed);
  at.entry.node = provider.id;
  at.entry.account = p.reporter;
  at.entry.subject = p.period;
  at.entry.amount = p.slashed;
  leave(at);
}

/** The event has the fees after the part that is burned; how much that was follows from the rail, to the unit. */
export function handleMarketSettled(event: Settled): void {
  const at = enter(event, MARKET, 'Settled');
  const p = event.params;
  const rail = loadRail(p.provider.toString(), p.heavy.toString(), p.parent.toString());
  const burned = settleRail(at, rail).times(BURN_SHARE).div(PERCENT);
  rail.earned = rail.earned.plus(p.earned);
  rail.fees = rail.fees.plus(p.fee);
  rail.parentFees = rail.parentFees.plus(p.parentFee);
  rail.burned = rail.burned.plus(burned);
  rail.save();
  const settlement = new Settlement(at.id);
  settlement.rail = rail.id;
  settlement.provider = rail.provider;
  settlement.heavy = rail.heavy;
  settlement.parent = rail.parent;
  settlement.upTo = p.upTo.toI32();
  settlement.earned = p.earned;
  settlement.fee = p.fee;
  settlement.parentFee = p.parentFee;
  settlement.burned = burned;
  settlement.epochNumber = at.number;
  settlement.epoch = at.epoch.id;
  settlement.timestamp = at.timestamp;
  settlement.transaction = at.transaction.id;
  settlement.save();
  const provider = Provider.load(rail.provider)!;
  provider.settled = provider.settled.plus(p.earned);
  provider.burnedFor = provider.burnedFor.plus(burned);
  provider.save();
  creditNode(rail.provider, p.earned);
  creditFees(at, rail.heavy, p.fee, false, burned);
  if (!p.parentFee.isZero()) creditFees(at, rail.parent, p.parentFee, true, BigInt.zero());
  at.network.earned = at.network.earned.plus(p.earned);
  at.epoch.earned = at.epoch.earned.plus(p.earned);
  at.entry.node = rail.provider;
  at.entry.otherNode = rail.heavy;
  at.entry.subject = p.upTo;
  at.entry.amount = p.earned;
  leave(at);
}

function creditFees(at: Moment, id: string, amount: BigInt, isParent: boolean, toBurn: BigInt): void {
  creditNode(id, amount);
  const heavy = HeavyNode.load(id)!;
  const line = loadHeavyEpoch(at, id);
  if (isParent) {
    heavy.parentFees = heavy.parentFees.plus(amount);
    line.parentFees = line.parentFees.plus(amount);
  } else {
    heavy.fees = heavy.fees.plus(amount);
    line.fees = line.fees.plus(amount);
  }
  heavy.toBurn = heavy.toBurn.plus(toBurn);
  heavy.save();
  line.save();
  at.network.fees = at.network.fees.plus(amount);
  at.epoch.fees = at.epoch.fees.plus(amount);
}
