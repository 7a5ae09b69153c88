import { Violation } from '../violation.ts';
import { ASSUMED } from './assumptions.ts';
import { bitCount } from './deals.ts';
import { durabilityOf, measuredLosses } from './durability.ts';
import type { Durability } from './durability.ts';
import { audit, beginEpoch, payAll } from './epoch.ts';
import { profits } from './profits.ts';
import type { Profit } from './profits.ts';
import { insist } from './tally.ts';
import type { Tally } from './tally.ts';
import { startWeather } from './weather.ts';
import { DAY, World } from './world.ts';
import type { WorldOptions } from './world.ts';

export interface NetworkResult {
  readonly world: World;
  readonly tally: Tally;
  readonly digest: string;
  readonly events: number;
  readonly violation: Violation | undefined;
  readonly durability: Durability;
  /** With every harm of the run instead of the scenario's monthly loss. */
  readonly durabilityOfAll: Durability;
  readonly profits: readonly Profit[];
}

/** Plays a scenario; ends at the first violation. Everything follows from the seed. */
export async function runNetwork(options: WorldOptions & { readonly stressed?: Tally }): Promise<NetworkResult> {
  const world = new World(options);
  const { agenda, tally, clock, log } = world;
  let violation: Violation | undefined;
  try {
    startWeather(world);
    const epochs = Math.ceil((options.days * DAY) / clock.epochSeconds);
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      await agenda.run(epoch * clock.epochSeconds);
      await beginEpoch(world, epoch);
    }
    await finish(world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error;
  }
  for (const deal of world.deals.values()) tally.passTime(deal, world.seconds);
  const { k, m } = ASSUMED;
  const perYear = -Math.log(1 - world.scenario.monthlyLoss) * 12;
  const stressed = options.stressed === undefined ? {} : { stressed: options.stressed };
  const durability = durabilityOf(tally, { k, m, lossesPerSlotYear: perYear, ...stressed });
  const durabilityOfAll = durabilityOf(tally, { k, m, lossesPerSlotYear: Math.max(perYear, measuredLosses(tally, k + m)), ...stressed });
  const events = [...log.counts.values()].reduce((total, count) => total + count, 0);
  return { world, tally, digest: log.digest(), events, violation, durability, durabilityOfAll, profits: profits(world) };
}

async function finish(world: World): Promise<void> {
  payAll(world);
  audit(world);
  checkStakes(world);
  checkTraffic(world);
  checkMode(world);
  await checkBytes(world);
}

/** Whoever is honest and had no trouble has its whole stake. */
function checkStakes({ providers, money, seconds }: World): void {
  for (let p = 0; p < providers.count; p += 1) {
    if (providers.mixOf(p).strategy !== 'honest' || providers.hadTrouble[p] === 1) continue;
    const id = providers.idOf(p);
    insist(money.slashed(id) === 0n, 'honest nodes are not slashed', seconds, () => `provider ${id} lost ${money.slashed(id)} without any trouble`);
  }
}

/** Each lost slot is moved about once: k fragments in and one out for each of its own. Crashes in the middle make some of it twice. */
function checkTraffic({ tally, seconds }: World): void {
  const most = 1.25 * tally.lostSlotBytes * (ASSUMED.k + 1);
  insist(tally.repairBytes <= most, 'repair traffic is bounded', seconds, () => `${tally.repairBytes} bytes were moved for ${tally.lostSlotBytes} lost ones`);
}

/** A blackout brings repair-only mode; and nothing keeps it when proofs are back. */
function checkMode({ scenario, tally, repairOnlySince, parameters, shares, seconds }: World): void {
  const { healthEpochs, healthBps } = parameters;
  const isWell = shares.slice(-healthEpochs).every((share) => share * 10_000 >= healthBps);
  insist(!isWell || repairOnlySince === undefined, 'repair-only mode clears', seconds, () => `it holds since ${repairOnlySince}`);
  if (scenario.blackout === undefined) return;
  insist(tally.modes.length > 0, 'repair-only mode enters and clears', seconds, () => `it did not, with ${scenario.blackout?.share} of all providers away`);
}

/** What is tracked is what the real codec finds in the real bytes. */
async function checkBytes(world: World): Promise<void> {
  for (const deal of world.deals.values()) {
    if (deal.real === undefined || deal.committedEpoch < 0) continue;
    for (let batch = 0; batch < deal.batches; batch += 1) {
      for (let slot = 0; slot < deal.state.n; slot += 1) {
        const isTracked = ((deal.missing[slot]! >>> batch) & 1) === 0;
        insist(deal.real.isWhole(slot, batch) === isTracked, 'tracked fragments are real', world.seconds, () => `agreement ${deal.id}, batch ${batch}, slot ${slot}: tracked as ${isTracked ? 'whole' : 'gone'}`);
      }
      const there = deal.state.n - bitCount(deal.missing.reduce((word, missing, slot) => word | (((missing >>> batch) & 1) << slot), 0));
      const read = await deal.real.read(batch);
      insist(read === (there >= deal.state.k ? true : undefined), 'tracked fragments are real', world.seconds, () => `agreement ${deal.id}, batch ${batch} reads as ${read} from ${there} fragments`);
      world.tally.realChecks += 1;
    }
  }
}
