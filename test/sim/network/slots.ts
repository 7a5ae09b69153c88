/** Slots change hands; what that means for disks, books and the draws. */
import type { SlotState, Vacancy as ChainVacancy } from '../../../offchain/chain/read-agreement.ts';
import { allBatches, beyondRepair, bitCount } from './deals.ts';
import type { Deal } from './deals.ts';
import { insist } from './tally.ts';
import type { World } from './world.ts';

export type Cause = 'fault' | 'surrender' | 'dismissal';

/** The provider has the slot from now on, with nothing in it yet. */
export function appoint(world: World, deal: Deal, at: { readonly slot: number; readonly p: number; readonly rent: bigint }): void {
  const { providers, money, epoch } = world;
  const { slot, p, rent } = at;
  if (providers.held[p]!.length === 0) [providers.dutyFrom[p], providers.missRun[p]] = [epoch + 1, 0];
  providers.hold(p, { deal, slot });
  providers.reserved[p]! += 1;
  providers.rent[p]! += Number(rent);
  const tenure = money.model.tenures.at(-1)!;
  const { provider, heavy, parent } = tenure;
  world.rails.set(`${provider}/${heavy}/${parent}`, { provider, heavy, parent });
  deal.tenures[slot] = tenure;
  deal.vacancies[slot] = undefined;
  deal.state.slots[slot] = { slot, provider, parent, rent, startEpoch: epoch, faulted: false, provedThisEpoch: false };
}

/** Its fragments of these batches are on the provider's disk and good. */
export function fill(world: World, deal: Deal, slot: number, batches: number): void {
  const p = rowAt(world, deal, slot);
  const before = deal.missing[slot]!;
  deal.missing[slot] = before & ~batches;
  deal.latent[slot] = deal.latent[slot]! & ~batches;
  world.providers.stored[p]! += bitCount(before & batches);
  refreshLacks(world, p);
}

/** Fragments are gone. `isSecret`: nobody knows until somebody looks. `isHarm`: it counts as a failure that repairs answer. */
export function damage(world: World, deal: Deal, options: { readonly slot: number; readonly batches: number; readonly isSecret?: boolean; readonly isHarm?: boolean }): void {
  const { slot, batches, isSecret = false, isHarm = true } = options;
  const fresh = batches & ~deal.missing[slot]!;
  deal.missing[slot] = deal.missing[slot]! | batches;
  if (isSecret) deal.latent[slot] = deal.latent[slot]! | fresh;
  const { provider } = deal.state.slots[slot]!;
  if (provider !== 0) {
    const p = world.providers.rowOf(provider);
    if (!isSecret) world.providers.stored[p]! -= bitCount(fresh);
    refreshLacks(world, p);
  }
  if (deal.real !== undefined) {
    for (let batch = 0; batch < deal.batches; batch += 1) {
      if (((fresh >>> batch) & 1) === 0) continue;
      if (isSecret) deal.real.rot(slot, batch, world.dice.bytes);
      else deal.real.drop(slot, batch);
    }
  }
  if (isHarm && deal.committedEpoch >= 0) world.tally.setHarm(deal, { slot, isHarmed: true, seconds: world.seconds });
  judge(world, deal);
}

/** No committed batch may fall below k fragments while failures stay within the promise. */
function judge(world: World, deal: Deal): void {
  if (deal.committedEpoch < 0) return;
  const fresh = beyondRepair(deal) & ~deal.lost;
  if (fresh === 0) return;
  deal.lost |= fresh;
  world.tally.lostBatches += bitCount(fresh);
  world.note('batches.lost', `${deal.id} ${fresh}`);
  insist(!world.scenario.isPromised, 'no committed batch is lost', world.seconds, () => `agreement ${deal.id} lost ${bitCount(fresh)} of ${deal.batches} batches; slots without data: ${deal.missing.filter((word) => (word & fresh) !== 0).length} of ${deal.state.n}`);
}

/** The provider loses the slot, which stands empty then. `isHarm`: false where a successor is about to fill it. */
export function vacate(world: World, deal: Deal, options: { readonly slot: number; readonly cause: Cause; readonly slashEpochs: number; readonly isHarm?: boolean }): void {
  const { money, epoch, tally } = world;
  const { slot, cause, slashEpochs, isHarm = true } = options;
  const before = deal.state.slots[slot]!;
  const p = rowAt(world, deal, slot);
  const vacancy = money.vacate(deal.tenures[slot]!, slashEpochs, epoch);
  leaveSlot(world, deal, slot, p);
  if (cause !== 'fault') tally.lostSlotBytes += slotBytes(world, deal);
  deal.vacancies[slot] = vacancy;
  const shown: ChainVacancy = { rent: vacancy.rent, sinceEpoch: epoch, reward: vacancy.reward, from: vacancy.from };
  deal.state.slots[slot] = { ...before, provider: 0, faulted: false, vacancy: shown };
  deal.state.turns += 1;
  damage(world, deal, { slot, batches: allBatches(deal), isHarm });
  world.hurt.add(deal);
  world.note(`slot.${cause}`, `${deal.id}/${slot} from ${before.provider}`);
}

/** What a repair of one of its slots must make. */
export function slotBytes(world: World, deal: Deal): number {
  return deal.committedEpoch < 0 ? 0 : deal.batches * world.fragmentBytes;
}

/** The provider no longer owes anything for the slot, and drops what it has of it. */
export function leaveSlot(world: World, deal: Deal, slot: number, p: number): void {
  const { providers } = world;
  // Fragments that rotted unseen lie on the disk like good ones.
  providers.stored[p]! -= bitCount(allBatches(deal) & ~(deal.missing[slot]! & ~deal.latent[slot]!));
  deal.missing[slot] = deal.missing[slot]! & ~deal.latent[slot]!;
  deal.latent[slot] = 0;
  providers.letGo(p, { deal, slot });
  providers.reserved[p]! -= 1;
  const rent = Number(deal.tenures[slot]!.rent);
  providers.rent[p] = providers.held[p]!.length === 0 ? 0 : providers.rent[p]! - rent;
  if (providers.held[p]!.length === 0) [providers.missRun[p], providers.isFaulted[p]] = [0, 0];
  // From here on nothing is on this provider's disk: `damage` must not count it once more.
  deal.state.slots[slot] = { ...deal.state.slots[slot]!, provider: 0 };
  refreshLacks(world, p);
}

export function rowAt(world: World, deal: Deal, slot: number): number {
  return world.providers.rowOf((deal.state.slots[slot] as SlotState).provider);
}

/** How many fragments it is paid for and cannot show. */
export function refreshLacks(world: World, p: number): void {
  let [lacks, owed] = [0, 0];
  for (const { deal, slot } of world.providers.held[p]!) {
    if (deal.committedEpoch < 0 || (deal.acknowledged >>> slot) % 2 === 0) continue;
    owed += deal.batches;
    lacks += bitCount(deal.missing[slot]! & ~deal.latent[slot]!);
  }
  world.providers.lacks[p] = lacks;
  world.providers.owed[p] = owed;
}
