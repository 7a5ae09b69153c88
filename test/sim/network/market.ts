/** Creators rent, upload, renew, and let agreements end. */
import { ASSUMED } from './assumptions.ts';
import type { Deal } from './deals.ts';
import { RealBytes } from './real-bytes.ts';
import { rulesOf, search } from './search.ts';
import { appoint, leaveSlot, refreshLacks } from './slots.ts';
import { insist } from './tally.ts';
import { commit } from './uploads.ts';
import type { Heavy, World } from './world.ts';

const CREATORS = 50;
/** Agreements that creators try to open in one epoch. */
const OPENS_PER_EPOCH = 2_000;

/** Rents until creators have what they want, or nobody takes more. */
export async function openWanted(world: World): Promise<void> {
  const { tally } = world;
  for (let i = 0; world.deals.size < world.wantedDeals && i < OPENS_PER_EPOCH; i += 1) {
    if (world.repairOnlySince !== undefined) {
      tally.refusedByMode += 1;
      return;
    }
    const heavy = world.heavies[world.dice.market.below(world.heavies.length)]!;
    if (!world.isHeavyUp(heavy)) continue;
    if (!(await openDeal(world, heavy))) return;
  }
}

async function openDeal(world: World, heavy: Heavy): Promise<boolean> {
  const { dice, providers, money, epoch, tally } = world;
  const { k, m } = ASSUMED;
  const n = k + m;
  const batches = dice.market.between(ASSUMED.trackedMin, ASSUMED.trackedMax);
  const quota = batches * ASSUMED.batchesPerTracked;
  const priceLimit = (world.askOf(0) * 100n) / BigInt(Math.round(providers.askFactor[0]! * 50));
  const rules = rulesOf(world, { count: n, perRegion: m, quota, priceLimit });
  const placement = search(world, { heavy, rules, excluded: new Set() });
  if (placement === undefined) {
    tally.noMatch += 1;
    return false;
  }
  const periods = ASSUMED.termPeriods + (epoch % world.clock.epochsPerPeriod === 0 ? 0 : 1);
  const endPeriod = world.period + periods;
  const id = world.nextDeal++;
  const isReal = dice.bytes.chance(world.options.realShare ?? ASSUMED.realShare);
  const deal: Deal = {
    id,
    heavy: heavy.id - 1,
    batches,
    state: { id, creator: `0x${'0'.repeat(40)}`, startEpoch: epoch, endPeriod, k, m, n, batchLog2: ASSUMED.batchLog2, heavy: heavy.id, feeBps: ASSUMED.feeBps, quota, bundles: 0, batches: 0, retiredBatches: 0, turns: 0, slots: [] },
    missing: new Uint32Array(n).fill(2 ** batches - 1),
    latent: new Uint32Array(n),
    acknowledged: 0,
    committedEpoch: -1,
    wantedUntil: endPeriod + Math.round(dice.market.waiting(ASSUMED.wantedPeriods)),
    tenures: [],
    vacancies: [],
    lost: 0,
    isRepairing: false,
    sent: undefined,
    harmed: 0,
    harmSince: world.seconds,
    harmedAt: new Float64Array(n),
    real: isReal ? await RealBytes.create({ k, m, batches, dice: dice.bytes }) : undefined,
  };
  const end = endPeriod * world.clock.epochsPerPeriod;
  placement.chosen.forEach(({ candidate }, slot) => {
    const p = providers.rowOf(candidate.provider);
    const rent = candidate.price * BigInt(quota);
    const parent = world.heavies[providers.parent[p]!]!.id;
    money.prepay(rent * BigInt(end - epoch));
    money.model.take({ agreement: id, slot, creator: creatorOf(id), provider: candidate.provider, heavy: heavy.id, parent, rent, feeBps: ASSUMED.feeBps, end }, epoch);
    appoint(world, deal, { slot, p, rent });
  });
  world.deals.set(id, deal);
  tally.opened += 1;
  world.note('agreement.opened', `${id} ${placement.chosen.map(({ candidate }) => candidate.provider).join(',')}`);
  commit(world, deal);
  return true;
}

/** heavy/renewals.ts: one period more, in the last period but not in its last epoch, when every slot's operator signs. */
export function renew(world: World, deal: Deal): void {
  const { clock, money, providers } = world;
  const { state } = deal;
  if (state.endPeriod > world.period + ASSUMED.renewAhead || world.epoch + 1 >= state.endPeriod * clock.epochsPerPeriod) return;
  if (state.endPeriod >= deal.wantedUntil || deal.committedEpoch < 0) return;
  if (world.keeperOf(deal.heavy) === undefined) return;
  for (const { provider, vacancy } of state.slots) if (vacancy !== undefined || !signs(world, provider)) return;
  const newEnd = (state.endPeriod + 1) * clock.epochsPerPeriod;
  const rents = state.slots.reduce((total, { rent }) => total + rent, 0n);
  const cost = money.model.extend(deal.id, newEnd);
  insist(cost === rents * BigInt(clock.epochsPerPeriod), 'money is conserved', world.seconds, () => `renewing agreement ${deal.id} costs ${cost}, and its rents are ${rents} an epoch`);
  money.prepay(cost);
  state.endPeriod += 1;
  state.turns += 1;
  world.tally.renewed += 1;
  for (const { provider } of state.slots) refreshLacks(world, providers.rowOf(provider));
}

function signs(world: World, provider: number): boolean {
  return world.isReachable(world.providers.rowOf(provider));
}

/** The end period has begun: slots are released, bytes dropped after the grace, which no proof asks for. */
export function endDeal(world: World, deal: Deal): void {
  const { tally, money, epoch, providers } = world;
  const { state } = deal;
  tally.passTime(deal, world.seconds);
  tally.ended += 1;
  if (deal.committedEpoch >= 0 && state.endPeriod < deal.wantedUntil) tally.lapsed += 1;
  for (let slot = 0; slot < state.n; slot += 1) {
    const vacancy = deal.vacancies[slot];
    if (vacancy !== undefined) {
      money.model.dissolve(vacancy);
      continue;
    }
    money.model.release(deal.tenures[slot]!, epoch);
    leaveSlot(world, deal, slot, providers.rowOf(state.slots[slot]!.provider));
  }
  world.deals.delete(deal.id);
  world.hurt.delete(deal);
  world.unacknowledged.delete(deal);
  world.note('agreement.ended', `${deal.id} ${state.endPeriod < deal.wantedUntil ? 'unwanted' : ''}`);
}

function creatorOf(id: number): string {
  return `creator ${id % CREATORS}`;
}
