/** What an epoch's end and the next one's begin bring: proofs, faults, reports, dismissals, pay. */
import { bitCount } from './deals.ts';
import { SAMPLES } from './economics.ts';
import { endDeal, openWanted, renew } from './market.ts';
import { giveUp, planAll } from './repairs.ts';
import { slotBytes } from './slots.ts';
import { insist } from './tally.ts';
import { lookAtAll } from './standings.ts';
import type { World } from './world.ts';

/** offchain/provider/prover.ts: PROVE_AT. Who is there between this share of the epoch and its end proves it. */
const PROVE_AT = 0.25;
const PAYDAY_PERIODS = 4;
const AUDIT_PERIODS = 13;

/** `epoch` begins. */
export async function beginEpoch(world: World, epoch: number): Promise<void> {
  if (epoch > 0) proveAll(world, epoch - 1);
  world.epoch = epoch;
  setMode(world);
  if (epoch > 0 && epoch % world.clock.epochsPerPeriod === 0) beginPeriod(world);
  for (const deal of world.deals.values()) renew(world, deal);
  lookAtAll(world);
  findFaults(world);
  dismiss(world);
  planAll(world);
  await openWanted(world);
}

function proveAll(world: World, epoch: number): void {
  const { providers, money, clock } = world;
  const from = (epoch + PROVE_AT) * clock.epochSeconds;
  const to = (epoch + 1) * clock.epochSeconds;
  let promised = 0;
  let proven = 0;
  for (let p = 0; p < providers.count; p += 1) {
    const isUp = providers.isUp(p, world.seconds) && !(providers.mixOf(p).strategy === 'lazy' && world.isAsleep(epoch));
    providers.upEpochs[p]! += isUp ? 1 : 0;
    if (providers.held[p]!.length === 0) continue;
    const rent = providers.rent[p]!;
    promised += rent;
    providers.rentEpochs[p]! += rent;
    providers.fragmentEpochs[p]! += providers.stored[p]!;
    const isAway = providers.downFrom[p]! <= from && providers.downUntil[p]! >= to;
    if (!isAway && proves(world, p, epoch)) {
      money.model.prove(providers.idOf(p), epoch);
      providers.proofs[p]! += 1;
      providers.missRun[p] = 0;
      proven += rent;
      if (providers.isFaulted[p] === 1) setFaulted(world, p, false);
    } else if (epoch >= providers.dutyFrom[p]!) {
      providers.missRun[p]! += 1;
      providers.misses[p]! += 1;
    }
  }
  // The first epoch with any promise does not count.
  if (epoch > 0) world.shares.push(promised === 0 ? 1 : proven / promised);
}

function proves(world: World, p: number, epoch: number): boolean {
  const { strategy } = world.providers.mixOf(p);
  if (strategy === 'griefs') return false;
  if (strategy === 'lazy' && world.isAsleep(epoch)) return false;
  return world.providers.lacks[p] === 0 || passesDraws(world, p, epoch);
}

/** contracts/libraries/Draws.sol: sample 0 uniform over slots, the others weighted by rent; batch and leaf uniform. */
export function passesDraws(world: World, p: number, epoch: number): boolean {
  const { dice } = world;
  const held = world.providers.held[p]!;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    let at = dice.draws.below(held.length);
    if (sample > 0) {
      let x = dice.draws.share() * world.providers.rent[p]!;
      for (at = 0; at < held.length - 1; at += 1) {
        x -= Number(held[at]!.deal.tenures[held[at]!.slot]!.rent);
        if (x < 0) break;
      }
    }
    const { deal, slot } = held[at]!;
    // Nothing committed before this epoch, or never acknowledged: void.
    if (deal.committedEpoch < 0 || deal.committedEpoch >= epoch || (deal.acknowledged >>> slot) % 2 === 0) continue;
    const batch = dice.draws.below(deal.batches);
    if ((((deal.missing[slot]! & ~deal.latent[slot]!) >>> batch) & 1) === 1) return false;
  }
  return true;
}

/** contracts/libraries/Network.sol: the mean proven share of the last full epochs against the threshold. */
function setMode(world: World): void {
  const { healthBps, healthEpochs } = world.parameters;
  const last = world.shares.slice(-healthEpochs);
  const bps = last.length === 0 ? 10_000 : (last.reduce((total, share) => total + share, 0) / last.length) * 10_000;
  if (bps < healthBps === (world.repairOnlySince !== undefined)) return;
  if (world.repairOnlySince === undefined) {
    world.repairOnlySince = world.seconds;
    world.note('mode.repair-only');
    return;
  }
  world.tally.modes.push({ from: world.repairOnlySince, to: world.seconds });
  world.repairOnlySince = undefined;
  world.note('mode.open');
}

function findFaults(world: World): void {
  const { providers, money, parameters, epoch } = world;
  for (let p = 0; p < providers.count; p += 1) {
    if (providers.missRun[p]! < parameters.standard.faultRun || providers.held[p]!.length === 0) continue;
    if (money.model.isFaulted(providers.idOf(p), epoch)) setFaulted(world, p, true);
  }
}

function setFaulted(world: World, p: number, faulted: boolean): void {
  const { providers, parameters, epoch } = world;
  providers.isFaulted[p] = faulted ? 1 : 0;
  for (const { deal, slot } of providers.held[p]!) {
    const state = deal.state.slots[slot]!;
    // The run of misses must fall into its time in this slot.
    const isLost = faulted && epoch > state.startEpoch + parameters.standard.faultRun;
    if (isLost && !state.faulted) world.tally.lostSlotBytes += slotBytes(world, deal);
    state.faulted = isLost;
    if (isLost) world.hurt.add(deal);
  }
}

/** heavy/dismissals.ts: a slot that lacks a bundle `ackEpochs` after its commit, or after its provider came. */
function dismiss(world: World): void {
  const { epoch, parameters, providers } = world;
  for (const deal of world.unacknowledged) {
    if (world.keeperOf(deal.heavy) === undefined) continue;
    for (const { slot, provider, startEpoch } of deal.state.slots) {
      if (provider === 0 || (deal.acknowledged >>> slot) % 2 === 1) continue;
      if (epoch < Math.max(deal.committedEpoch, startEpoch) + parameters.ackEpochs) continue;
      providers.dismissals[providers.rowOf(provider)]! += 1;
      world.tally.dismissals += 1;
      world.standings.dismissed(providers.rowOf(provider), epoch);
      giveUp(world, deal, { slot, cause: 'dismissal' });
    }
    if (bitCount(deal.acknowledged) === deal.state.n) world.unacknowledged.delete(deal);
  }
}

function beginPeriod(world: World): void {
  const { period, money } = world;
  reportAll(world);
  for (const deal of world.deals.values()) if (period >= deal.state.endPeriod) endDeal(world, deal);
  if (period % PAYDAY_PERIODS === 0) payAll(world);
  if (period % AUDIT_PERIODS === 0) audit(world);
  money.withdrawAccounts();
}

/** heavy/watch.ts: whoever missed more than the allowance in the past period is reported. */
function reportAll(world: World): void {
  const { providers, money, parameters, period, tally } = world;
  const { missAllowance } = parameters.standard;
  for (let p = 0; p < providers.count; p += 1) {
    const misses = providers.misses[p]!;
    providers.misses[p] = 0;
    if (misses === 0) continue;
    const taken = money.report(providers.idOf(p), period - 1);
    if (taken === 0n) continue;
    tally.reports += 1;
    world.note('misses.reported', `${providers.idOf(p)} ${misses} ${taken}`);
    const isFair = misses > missAllowance && (providers.mixOf(p).strategy !== 'honest' || providers.hadTrouble[p] === 1);
    insist(isFair, 'honest nodes are not slashed', world.seconds, () => `provider ${providers.idOf(p)} pays ${taken} for ${misses} misses`);
  }
}

export function payAll(world: World): void {
  const { money, providers, heavies, epoch } = world;
  for (const rail of world.rails.values()) money.model.settle(rail, epoch);
  for (const { id } of heavies) money.withdrawNode(id);
  for (let p = 0; p < providers.count; p += 1) money.withdrawNode(providers.idOf(p));
}

export function audit(world: World): void {
  const off = world.money.imbalance();
  insist(off === 0n, 'money is conserved', world.seconds, () => `${off} token units too many`);
}
