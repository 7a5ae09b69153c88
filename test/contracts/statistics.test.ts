import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { range, seededRandom } from '../codec/random.ts';
import { openAgreement } from '../support/contracts/agreements.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { addSlots, classOf, drawMany } from '../support/contracts/check-draws.ts';
import { withHarness } from '../support/contracts/check-harness.ts';
import { assertDistribution, assertShare } from '../support/contracts/check-statistics.ts';
import { inWorld } from '../support/contracts/in-world.ts';
import { drawsOf, poke, type Draw } from '../support/contracts/proofs.ts';
import { goToEpoch } from '../support/contracts/world.ts';

/*
 * More than 20,000 draws by the market's own libraries, with fixed seeds. HOLDFAST_STATISTICS=<number> draws with seeds of its own;
 * a fresh seed fails one run in some ten thousand even when all is well (4.75 standard deviations, some hundred comparisons).
 */
const FIRST = Number(process.env['HOLDFAST_STATISTICS'] ?? 0) * 10_000_000 + 7_000_000;
const SAMPLES = 5;
const SEEDS = 4_400;
const UNIT = 2n ** 33n;
const SENDER = '0x00000000000000000000000000000000000000aa';

/** Rents in six classes, at the edges and inside, several of some: weights 1 to 2,500. */
const WEIGHTS = [1, 2, 3, 4, 5, 9, 15, 16, 17, 33, 63, 64, 100, 255, 256, 700, 1023, 1024, 1500, 2500, 900, 800];

const ofSample = (draws: readonly Draw[], sample: number) => draws.filter((_, i) => i % SAMPLES === sample);
const countBy = (draws: readonly Draw[], ids: readonly number[], idOf: (draw: Draw) => number) => ids.map((id) => draws.filter((draw) => idOf(draw) === id).length);

/** Rare outcomes together, so that every expected count is large enough for a chi-square. */
function assertWeighted(draws: readonly Draw[], held: ReadonlyMap<number, number>, sample: number, what: string): void {
  const picked = ofSample(draws, sample);
  const total = [...held.values()].reduce((sum, weight) => sum + weight, 0);
  const weightOf = (id: number) => (sample === 0 ? 1 : held.get(id)!);
  const all = sample === 0 ? held.size : total;
  const common = [...held.keys()].filter((id) => (weightOf(id) * picked.length) / all >= 10);
  const rare = [...held.keys()].filter((id) => !common.includes(id));
  const counts = countBy(picked, common, ({ agreement }) => agreement);
  const rest = picked.length - counts.reduce((sum, count) => sum + count, 0);
  const rareWeight = rare.reduce((sum, id) => sum + weightOf(id), 0);
  const hasRare = (rareWeight * picked.length) / all >= 5;
  if (!hasRare) assert.ok(rest <= 30, `${what}: ${rest} draws of slots of hardly any rent`);
  assertDistribution([...counts, ...(hasRare ? [rest] : [])], [...common.map(weightOf), ...(hasRare ? [rareWeight] : [])], `${what}, sample ${sample}`);
}

describe('sampling over many epochs', () => {
  it('is weighted by rent in samples 1 to 4 and uniform in sample 0, over six classes', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, WEIGHTS.map((weight) => BigInt(weight) * UNIT));
      const draws = await drawMany(evm, harness, { first: FIRST, seeds: SEEDS });
      assert.ok(draws.length >= 20_000 && draws.every(({ isVoid }) => !isVoid));
      const held = new Map(WEIGHTS.map((weight, i) => [i + 1, weight]));
      for (const sample of range(SAMPLES)) assertWeighted(draws, held, sample, 'all slots');
    }));

  it('stays so after slots came and went: what was closed up in the lists is drawn by its own rent', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, WEIGHTS.map((weight) => BigInt(weight) * UNIT));
      const lists = new Map<number, number[]>();
      const held = new Map(WEIGHTS.map((weight, i) => [i + 1, weight]));
      const place = (id: number) => lists.set(classOf(BigInt(held.get(id)!) * UNIT), [...(lists.get(classOf(BigInt(held.get(id)!) * UNIT)) ?? []), id]);
      for (const id of held.keys()) place(id);
      const random = seededRandom(1);
      for (let i = 0; i < 8; i += 1) {
        const ids = [...held.keys()];
        const id = ids[random.below(ids.length)]!;
        const list = lists.get(classOf(BigInt(held.get(id)!) * UNIT))!;
        const index = list.indexOf(id);
        await evm.send(SENDER, harness, 'remove', [classOf(BigInt(held.get(id)!) * UNIT), index, 0, false]);
        const last = list.pop()!;
        if (last !== id) list[index] = last;
        held.delete(id);
      }
      for (const [i, weight] of [7, 300, 1200].entries()) {
        const id = WEIGHTS.length + 1 + i;
        await evm.send(SENDER, harness, 'setAgreement', [id, 2, 2, 16, 10, 1000]);
        await evm.send(SENDER, harness, 'add', [{ agreement: id, slot: 0, rent: BigInt(weight) * UNIT }, 0, false]);
        held.set(id, weight);
      }
      const draws = await drawMany(evm, harness, { first: FIRST + 100_000, seeds: SEEDS });
      assert.ok(draws.every(({ agreement }) => held.has(agreement)));
      for (const sample of range(SAMPLES)) assertWeighted(draws, held, sample, 'what is left');
    }));

  it('takes batch and leaf uniformly and independently of each other, in every sample', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, [UNIT, 5n * UNIT], { batches: 8 });
      const draws = await drawMany(evm, harness, { first: FIRST + 200_000, seeds: SEEDS });
      for (const sample of range(SAMPLES)) assertDistribution(countBy(ofSample(draws, sample), range(8), ({ batch }) => batch), range(8).map(() => 1), `batches of sample ${sample}`);
      assertDistribution(countBy(draws, range(128), ({ leaf }) => leaf), range(128).map(() => 1), 'leaves');
      const cells = range(64);
      assertDistribution(countBy(draws, cells, ({ batch, leaf }) => batch * 8 + (leaf >> 4)), cells.map(() => 1), 'batches against leaves');
    }));

  for (const percent of [0.5, 1, 2, 5, 8.7, 20, 50]) {
    it(`detects a missing share of ${percent} % with 1-(1-f)^5 in an epoch`, () =>
      withHarness('SamplingHarness', async (evm, harness) => {
        await addSlots(evm, harness, [4n, 7n, 60n].map((weight) => weight * UNIT), { batches: 1000 });
        const draws = await drawMany(evm, harness, { first: FIRST + 300_000 + percent * 10_000, seeds: SEEDS });
        // A share of the positions (batch, leaf), spread over all of them.
        const isLacking = ({ batch, leaf }: Draw) => ((batch * 128 + leaf) * 7919) % 128_000 < percent * 1_280;
        const caught = range(SEEDS).filter((seed) => draws.slice(seed * SAMPLES, (seed + 1) * SAMPLES).some(isLacking)).length;
        assertShare({ hits: caught, trials: SEEDS, odds: 1 - (1 - percent / 100) ** SAMPLES }, `${percent} %`);
      }));
  }
});

inWorld('sampling after retirement: draws are uniform over the batches that live; with a share r retired 1 - r^9 of them ask for a leaf', { epochsPerPeriod: 700, epochSeconds: 60, parameters: { faultRun: 168 } }, async (world) => {
  const agreement = await openAgreement(world, { quota: 16 });
  for (const batches of [4, 9, 3]) await commitBundle(world, agreement, { batches });
  await world.evm.send(world.creator.address, world.market, 'retire', [agreement.id, 1]);
  await world.evm.send(world.creator.address, world.market, 'retire', [agreement.id, 0]);
  const draws: Draw[] = [];
  for (let epoch = 1; epoch <= 250; epoch += 1) {
    await goToEpoch(world, epoch);
    await poke(world);
    for (const provider of world.providers) draws.push(...(await drawsOf(world, provider)).filter(({ isVoid }) => !isVoid));
  }
  const asking = draws.filter(({ isSpent }) => !isSpent);
  assert.ok(asking.every(({ batch, bundles }) => batch >= 13 && bundles.at(-1) === 2));
  assertDistribution(countBy(asking, [13, 14, 15], ({ batch }) => batch), [1, 1, 1], 'living batches');
  assertDistribution(countBy(asking, range(16), ({ leaf }) => leaf >> 3), range(16).map(() => 1), 'leaves of living batches');
  assertShare({ hits: asking.length, trials: draws.length, odds: 1 - (13 / 16) ** 9 }, 'draws that ask for a leaf');
});
