/** Heavy nodes rebuild lost slots: what first is the product's own plan, who next its own placement. */
import { planRepairs } from '../../../offchain/heavy/repair/plan.ts';
import type { Loss } from '../../../offchain/heavy/repair/plan.ts';
import { ASSUMED } from './assumptions.ts';
import { allBatches } from './deals.ts';
import type { Deal } from './deals.ts';
import { appoint, fill, rowAt, vacate } from './slots.ts';
import { successorOf } from './successors.ts';
import { insist } from './tally.ts';
import { cheat } from './uploads.ts';
import type { Heavy, World } from './world.ts';

export interface Job {
  readonly loss: Loss;
  readonly deal: Deal;
  readonly heavy: Heavy;
  readonly p: number;
  readonly rent: bigint;
  readonly from: number;
  readonly until: number;
  /** Share of the slot that lay at the successor already. */
  readonly sent: number;
}

/** One look of every heavy node that works, as heavy/repair/repairer.ts takes one. */
export function planAll(world: World): void {
  const ofHeavy = new Map<number, Deal[]>();
  for (const deal of world.hurt) {
    const { slots } = deal.state;
    if (!slots.some(({ faulted, vacancy }) => faulted || vacancy !== undefined)) {
      world.hurt.delete(deal);
      continue;
    }
    const list = ofHeavy.get(deal.heavy);
    if (list === undefined) ofHeavy.set(deal.heavy, [deal]);
    else list.push(deal);
  }
  for (const [heavy, deals] of ofHeavy) {
    const keeper = world.keeperOf(heavy);
    if (keeper !== undefined) look(world, keeper, deals);
  }
}

/** Agreements without a loss add nothing to a plan, so only the others are given to it. */
function look(world: World, heavy: Heavy, deals: readonly Deal[]): void {
  for (const loss of planRepairs(deals.map(({ state }) => state), world.period)) {
    if (heavy.jobs.size >= ASSUMED.repairsAtOnce) return;
    const deal = world.deals.get(loss.agreement)!;
    // One slot of an agreement at a time: each replacement voids what the next successor signed.
    if (!deal.isRepairing) begin(world, heavy, deal, loss);
  }
}

function begin(world: World, heavy: Heavy, deal: Deal, loss: Loss): void {
  const { providers, tally } = world;
  if (!hasSources(world, deal, loss.slot)) {
    tally.unrepairable += 1;
    world.note('repair.too-few', slotText(loss));
    return;
  }
  const next = successorOf(world, heavy, deal, loss);
  if (next === undefined) {
    tally.noSuccessor += 1;
    tally.noSuccessorSlots.add(slotText(loss));
    world.note('repair.no-successor', slotText(loss));
    return;
  }
  const { p, rent } = next;
  const { sent } = deal;
  const done = sent?.slot === loss.slot && sent.provider === p ? sent.share : 0;
  const seconds = (trafficOf(world, deal) * (1 - done)) / (ASSUMED.heavyBytesPerSecond / ASSUMED.repairsAtOnce);
  const job: Job = { loss, deal, heavy, p, rent, from: world.seconds, until: world.seconds + seconds, sent: done };
  heavy.jobs.add(job);
  deal.isRepairing = true;
  providers.reserved[p]! += 1;
  world.note('repair.begin', `${slotText(loss)} to ${providers.idOf(p)}`);
  world.agenda.put(job.until, () => end(world, job));
}

/** k fragments in, one out, of every batch. Nothing was committed: nothing moves. */
function trafficOf(world: World, deal: Deal): number {
  return deal.committedEpoch < 0 ? 0 : deal.batches * world.fragmentBytes * (deal.state.k + 1);
}

/** Of every batch k whole fragments at providers that answer: one batch that lacks them stops the whole slot, as in the product. */
function hasSources(world: World, deal: Deal, slot: number): boolean {
  if (deal.committedEpoch < 0) return true;
  for (let batch = 0; batch < deal.batches; batch += 1) if (sourcesOf(world, deal, slot, batch).length < deal.state.k) return false;
  return true;
}

function sourcesOf(world: World, deal: Deal, slot: number, batch: number): number[] {
  const { providers } = world;
  return deal.state.slots.flatMap((other) => {
    if (other.slot === slot || other.provider === 0 || ((deal.missing[other.slot]! >>> batch) & 1) === 1) return [];
    return world.isReachable(providers.rowOf(other.provider)) ? [other.slot] : [];
  });
}

async function end(world: World, job: Job): Promise<void> {
  const { deal, heavy, p, loss, rent } = job;
  // A crash has ended it before.
  if (!heavy.jobs.has(job)) return;
  close(world, job);
  if (!isStillLost(world, deal, loss)) return world.note('repair.settled', slotText(loss));
  // The successor must sign, and every batch must still have its sources.
  if (!world.isReachable(p) || world.providers.isFaulted[p] === 1 || !hasSources(world, deal, loss.slot)) return world.note('repair.failed', slotText(loss));
  await succeed(world, job, rent);
  planAll(world);
}

/** The heavy node stops in the middle of everything; its successors keep what they were sent. */
export function breakOff(world: World, heavy: Heavy): void {
  for (const job of [...heavy.jobs]) {
    close(world, job);
    world.note('repair.broken-off', slotText(job.loss));
  }
}

/** Counts what was moved until now, and remembers it for the next try. */
function close(world: World, job: Job): void {
  const { deal, heavy, p, loss, sent } = job;
  const share = Math.min(1, (world.seconds - job.from) / Math.max(1, job.until - job.from));
  heavy.jobs.delete(job);
  deal.isRepairing = false;
  deal.sent = { slot: loss.slot, provider: world.providers.idOf(p), share: sent + (1 - sent) * share };
  world.providers.reserved[p]! -= 1;
  world.tally.repairBytes += trafficOf(world, deal) * (1 - sent) * share;
}

function isStillLost(world: World, deal: Deal, loss: Loss): boolean {
  const slot = deal.state.slots[loss.slot]!;
  if (world.deals.get(deal.id) !== deal || world.period >= deal.state.endPeriod) return false;
  if (loss.cause === 'vacancy') return slot.vacancy?.from === loss.from;
  return slot.provider === loss.from && slot.faulted && world.money.model.isFaulted(loss.from, world.epoch) && !isBack(world, loss.from);
}

/** It is there again and has everything: it proves this epoch. */
function isBack(world: World, id: number): boolean {
  const p = world.providers.rowOf(id);
  return world.providers.mixOf(p).strategy !== 'griefs' && world.providers.isUp(p, world.seconds) && world.providers.lacks[p] === 0;
}

async function succeed(world: World, job: Job, rent: bigint): Promise<void> {
  const { deal, loss, p, heavy } = job;
  const { providers, money, epoch, parameters, tally } = world;
  const { slot } = loss;
  if (loss.cause === 'fault') {
    const before = rowAt(world, deal, slot);
    insist(providers.mixOf(before).strategy !== 'honest' || providers.hadTrouble[before] === 1, 'honest nodes are not slashed', world.seconds, () => `provider ${loss.from} loses slot ${slotText(loss)}`);
    tally.faults += 1;
    vacate(world, deal, { slot, cause: 'fault', slashEpochs: parameters.standard.slashEpochs, isHarm: false });
  }
  const parent = world.heavies[providers.parent[p]!]!.id;
  money.model.fill(deal.vacancies[slot]!, { provider: providers.idOf(p), parent, rent }, `repairer ${heavy.id}`, epoch);
  appoint(world, deal, { slot, p, rent });
  deal.state.turns += 1;
  deal.sent = undefined;
  if (deal.committedEpoch < 0) return;
  if (deal.real !== undefined) await rebuildReal(world, deal, slot);
  deal.acknowledged |= 1 << slot;
  fill(world, deal, slot, allBatches(deal));
  tally.setHarm(deal, { slot, isHarmed: false, seconds: world.seconds });
  world.note('repair.replaced', `${slotText(loss)} by ${providers.idOf(p)}`);
  cheat(world, deal, { slot, p });
}

/** Single damaged fragments are rebuilt and sent to who holds the slot: nobody has to give it up. False: it cannot be done now. */
export async function heal(world: World, deal: Deal, at: { readonly slot: number; readonly batch: number }): Promise<boolean> {
  const { slot, batch } = at;
  const sources = sourcesOf(world, deal, slot, batch);
  if (world.keeperOf(deal.heavy) === undefined || !world.isReachable(rowAt(world, deal, slot)) || sources.length < deal.state.k) return false;
  const isRebuilt = (await deal.real?.rebuild(slot, batch, sources)) ?? true;
  insist(isRebuilt, 'tracked fragments are real', world.seconds, () => `batch ${batch} of agreement ${deal.id} cannot be healed`);
  world.tally.healed += 1;
  world.tally.lostSlotBytes += world.fragmentBytes / ASSUMED.batchesPerTracked;
  world.tally.repairBytes += (world.fragmentBytes / ASSUMED.batchesPerTracked) * (deal.state.k + 1);
  fill(world, deal, slot, 1 << batch);
  if (deal.missing[slot] === 0) world.tally.setHarm(deal, { slot, isHarmed: false, seconds: world.seconds });
  world.note('fragment.healed', `${deal.id}/${slot}/${batch}`);
  return true;
}

async function rebuildReal(world: World, deal: Deal, slot: number): Promise<void> {
  for (let batch = 0; batch < deal.batches; batch += 1) {
    const isRebuilt = await deal.real!.rebuild(slot, batch, sourcesOf(world, deal, slot, batch));
    insist(isRebuilt, 'tracked fragments are real', world.seconds, () => `batch ${batch} of agreement ${deal.id} cannot be rebuilt from fragments that count as whole`);
  }
}

/** Slots that were never given their data, or whose provider gives them back, stand empty and wait for a repair. */
export function giveUp(world: World, deal: Deal, options: { readonly slot: number; readonly cause: 'surrender' | 'dismissal' }): void {
  const { slot, cause } = options;
  const { standard } = world.parameters;
  const tenure = deal.tenures[slot]!;
  const isFaulted = deal.state.slots[slot]!.faulted;
  const least = isFaulted ? standard.slashEpochs : Math.floor(standard.slashEpochs / 2);
  const slashEpochs = cause === 'dismissal' ? 0 : Math.max(least, world.money.model.penaltySoFar(tenure, world.epoch));
  vacate(world, deal, { slot, cause, slashEpochs });
}

function slotText({ agreement, slot }: { readonly agreement: number; readonly slot: number }): string {
  return `${agreement}/${slot}`;
}
