import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesToBigInt } from 'viem';
import { range, seededRandom, type Random } from '../codec/random.ts';
import { withHarness } from '../support/contracts/check-harness.ts';
import { addSlots, classOf, drawMany, widthOf, type Held } from '../support/contracts/check-draws.ts';
import { assertDistribution, assertShare } from '../support/contracts/check-statistics.ts';
import { eventOf, Reverted, type Contract, type Evm } from '../support/contracts/evm.ts';

const UNIT = 2n ** 33n;
const MIN_RENT = UNIT;
const MAX_RENT = 2n ** 61n - 1n;
const SAMPLES = 5;
const CLASSES = 56;

/** Over thirteen classes, at class edges and inside, alone and in company. Weights 1 to 100. */
const RENTS = [1n, 1n, 2n, 3n, 4n, 7n, 15n, 16n, 40n, 63n, 64n, 100n].map((weight) => weight * UNIT);

describe('draws', () => {
  it('are in proportion to rent for samples 1 to 4, and uniform for sample 0', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, RENTS);
      const draws = await drawMany(evm, harness, { first: 1, seeds: 4000 });
      const weights = RENTS.map((rent) => Number(rent / UNIT));
      for (const sample of range(SAMPLES)) {
        const counts = RENTS.map(() => 0);
        for (let i = sample; i < draws.length; i += SAMPLES) {
          assert.equal(draws[i]!.isVoid, false);
          counts[draws[i]!.agreement - 1]! += 1;
        }
        assertDistribution(counts, sample === 0 ? weights.map(() => 1) : weights, `sample ${sample}`);
      }
    }));

  it('end void behind eight rejections, as often as rents at the bottom of their classes make it, and stay weighted', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      const rents = range(6).map((octave) => UNIT << BigInt(octave));
      await addSlots(evm, harness, rents);
      const seeds = 5000;
      const draws = await drawMany(evm, harness, { first: 3_000_000, seeds });
      const hits = range(seeds).filter((seed) => draws.slice(seed * SAMPLES, (seed + 1) * SAMPLES).some(({ isVoid }) => isVoid)).length;
      // Nine rejections, each with a third, before the fourth of two thirds.
      const odds = range(4).reduce((sum, accepted) => sum + choose(12, accepted) * (2 / 3) ** accepted * (1 / 3) ** (12 - accepted), 0);
      assert.ok(hits > 0);
      assertShare({ hits, trials: seeds, odds }, 'epochs with a void sample');
      const weighted = draws.filter(({ isVoid }, i) => i % SAMPLES > 0 && !isVoid);
      assertDistribution(rents.map((_, i) => weighted.filter(({ agreement }) => agreement === i + 1).length), rents.map((_, i) => 2 ** i), 'what is not void');
    }));

  it('choose batch and leaf uniformly', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, [UNIT, 9n * UNIT], { batches: 7 });
      const draws = await drawMany(evm, harness, { first: 50_000, seeds: 1200 });
      const batches = range(7).map((batch) => draws.filter((draw) => draw.batch === batch).length);
      assertDistribution(batches, batches.map(() => 1), 'batches');
      const { leaves } = draws[0]!;
      assert.equal(leaves, 128);
      const counts = range(leaves).map((leaf) => draws.filter((draw) => draw.leaf === leaf).length);
      assertDistribution(counts, counts.map(() => 1), 'leaves');
    }));

  it('catch a provider that lacks a share f of its leaves with 1-(1-f)^5', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, RENTS, { batches: 100 });
      const seeds = 3000;
      const draws = await drawMany(evm, harness, { first: 900_000, seeds });
      for (const percent of [1, 5, 10, 20, 50]) {
        // Every hundredth, twentieth, ... leaf of each fragment, another one in each batch and slot.
        const lacks = ({ agreement, batch, leaf }: { agreement: number; batch: number; leaf: number }) => (leaf * 37 + batch * 11 + agreement * 5) % 100 < percent;
        const caught = range(seeds).filter((seed) => draws.slice(seed * SAMPLES, (seed + 1) * SAMPLES).some(lacks)).length;
        assertShare({ hits: caught, trials: seeds, odds: 1 - (1 - percent / 100) ** SAMPLES }, `${percent} % missing`);
      }
    }));

  it('catch the loss of one small agreement by its share of rent four times, and by its share of slots once', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      const rents = [UNIT, ...range(9).map(() => 11n * UNIT)];
      await addSlots(evm, harness, rents);
      const seeds = 4000;
      const draws = await drawMany(evm, harness, { first: 2_000_000, seeds });
      const caught = range(seeds).filter((seed) => draws.slice(seed * SAMPLES, (seed + 1) * SAMPLES).some((draw) => draw.agreement === 1)).length;
      assertShare({ hits: caught, trials: seeds, odds: 1 - (1 - 1 / 10) * (1 - 1 / 100) ** 4 }, 'one slot of ten, a hundredth of the rent');
    }));

  it('stop where all slots have ended', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, [UNIT], { endPeriod: 0 });
      await assert.rejects(drawMany(evm, harness, { first: 1, seeds: 1 }), (error: unknown) => error instanceof Reverted && error.errorName === 'PruneFirst');
    }));

  it('are void where nothing is committed', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      await addSlots(evm, harness, [UNIT, 5n * UNIT], { batches: 0 });
      assert.ok((await drawMany(evm, harness, { first: 1, seeds: 50 })).every((draw) => draw.isVoid));
    }));
});

describe('size classes', () => {
  it('are two to an octave over all rents, and no rent reaches the upper end of its class', () =>
    withHarness('SamplingHarness', async (evm, harness) => {
      const random = seededRandom(4);
      const edges = range(CLASSES).flatMap((c) => [widthOf(c), widthOf(c) - 1n]);
      const rents = [...edges, ...range(100).map(() => randomRent(random))].filter((rent) => rent >= MIN_RENT && rent <= MAX_RENT);
      for (const rent of rents) {
        const c = classOf(rent);
        assert.equal(await evm.read(harness, 'classOf', [rent]), BigInt(c), `${rent}`);
        assert.ok(rent < widthOf(c) && rent * 3n >= widthOf(c) * 2n, 'two thirds of a cell are filled at least');
      }
      for (const rent of [0n, MIN_RENT - 1n, MAX_RENT + 1n, 2n ** 96n - 1n]) {
        await assert.rejects(evm.read(harness, 'classOf', [rent]), (error: unknown) => error instanceof Reverted && error.errorName === 'RentOutOfBounds');
      }
    }));

  // One of the many that were run; each takes a quarter of a minute.
  for (const seed of [Number(process.env['HOLDFAST_SEED'] ?? 1)]) {
    it(`equal a naive model after any sequence of additions and removals (seed ${seed})`, () =>
      withHarness('SamplingHarness', async (evm, harness) => {
        const random = seededRandom(seed);
        const model = new NaivePool();
        let epoch = 0;
        let drawOpen = false;
        for (let step = 0; step < 220; step += 1) {
          if (random.below(8) === 0) [epoch, drawOpen] = [epoch + 1, false];
          // Within an epoch a draw opens once: when the seed is known.
          drawOpen ||= random.below(3) === 0;
          const held = model.all();
          if (drawOpen && random.below(25) === 0) {
            await evm.send(SENDER, harness, 'forfeit', [epoch]);
            model.forfeit(epoch);
          } else if (held.length > 0 && random.below(100) < (step < 110 ? 35 : 60)) {
            const place = held[random.below(held.length)]!;
            const receipt = await evm.send(SENDER, harness, 'remove', [place.class, place.index, epoch, drawOpen]);
            const moved = model.remove(place, epoch, drawOpen);
            assert.equal(eventOf<{ rent: bigint }>(receipt, harness, 'Moved').rent, moved?.rent ?? 0n);
          } else {
            const entry = { agreement: step + 1, slot: random.below(64), rent: randomRent(random) };
            const receipt = await evm.send(SENDER, harness, 'add', [entry, epoch, drawOpen]);
            const place = model.add(entry, epoch, drawOpen);
            assert.deepEqual(eventOf<{ class: bigint; index: bigint }>(receipt, harness, 'Added'), { class: BigInt(place.class), index: BigInt(place.index) });
          }
          await compare(evm, harness, model, epoch);
          await compare(evm, harness, model, epoch + 1);
        }
      }));
  }
});

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

const SENDER = '0x00000000000000000000000000000000000000aa';

/** Log-uniform between the bounds. */
function randomRent(random: Random): bigint {
  const bits = 33n + BigInt(random.below(28));
  return (1n << bits) + (bytesToBigInt(random.bytes(8)) & ((1n << bits) - 1n));
}

/** Lists per class, and what the draws of an epoch see: the sizes from before the first change that its open draw has met. */
class NaivePool {
  readonly classes: Held[][] = range(CLASSES).map(() => []);
  #seen: { epoch: number; sizes: number[] } | undefined;

  all(): { class: number; index: number }[] {
    return this.classes.flatMap((list, c) => list.map((_, index) => ({ class: c, index })));
  }

  add(entry: Held, epoch: number, drawOpen: boolean): { class: number; index: number } {
    this.#remember(epoch, drawOpen);
    const c = classOf(entry.rent);
    return { class: c, index: this.classes[c]!.push(entry) - 1 };
  }

  remove(place: { class: number; index: number }, epoch: number, drawOpen: boolean): Held | undefined {
    this.#remember(epoch, drawOpen);
    const list = this.classes[place.class]!;
    const last = list.pop()!;
    if (place.index === list.length) return undefined;
    list[place.index] = last;
    return last;
  }

  forfeit(epoch: number): void {
    this.#seen = { epoch, sizes: [] };
  }

  sizesAt(epoch: number): number[] {
    const now = this.classes.map((list) => list.length);
    if (this.#seen?.epoch !== epoch) return now;
    if (this.#seen.sizes.length === 0) return now.map(() => 0);
    return this.#seen.sizes.some((size) => size > 0) ? this.#seen.sizes : now;
  }

  #remember(epoch: number, drawOpen: boolean): void {
    if (!drawOpen) this.#seen = undefined;
    else if (this.#seen?.epoch !== epoch) this.#seen = { epoch, sizes: this.classes.map((list) => list.length) };
  }
}

async function compare(evm: Evm, harness: Contract, model: NaivePool, epoch: number): Promise<void> {
  const sizes = model.sizesAt(epoch);
  const [perClass, slots, cells] = await evm.read<[bigint[], bigint, bigint]>(harness, 'pool', [epoch]);
  assert.deepEqual(perClass.map(Number), sizes);
  assert.equal(slots, BigInt(sizes.reduce((sum, size) => sum + size, 0)));
  assert.equal(cells, sizes.reduce((sum, size, c) => sum + BigInt(size) * widthOf(c), 0n));
  const keys = await evm.read<bigint[]>(harness, 'byNumber', [epoch]);
  assert.deepEqual(keys.map(Number), sizes.flatMap((size, c) => range(size).map((index) => (c << 16) + index)));
  // First and last point of each class's cells, the highest octave first.
  let start = 0n;
  for (const c of range(CLASSES / 2).reverse().flatMap((octave) => [2 * octave, 2 * octave + 1])) {
    const size = sizes[c]!;
    const width = widthOf(c);
    const end = start + BigInt(size) * width;
    if (size > 0) {
      assert.deepEqual(await evm.read(harness, 'byCell', [epoch, start]), [BigInt(c << 16), 0n]);
      assert.deepEqual(await evm.read(harness, 'byCell', [epoch, end - 1n]), [BigInt((c << 16) + size - 1), width - 1n]);
    }
    start = end;
  }
  for (const [c, list] of model.classes.entries()) {
    const stored = await evm.read<Held[]>(harness, 'entries', [c, list.length + 1]);
    assert.deepEqual(stored, [...list, { agreement: 0, slot: 0, rent: 0n }]);
  }
}

describe('bits', () => {
  const random = seededRandom(256);
  const word = () => bytesToBigInt(random.bytes(32));
  const naivePopcount = (x: bigint) => BigInt([...x.toString(2)].filter((digit) => digit === '1').length);

  it('popcount equals a naive loop', () =>
    withHarness('BitsHarness', async (evm, harness) => {
      const ones = range(257).map((n) => (1n << BigInt(n)) - 1n);
      const single = range(256).map((n) => 1n << BigInt(n));
      const dense = range(200).map(() => word() | word() | word() | word());
      const words = [...ones, ...single, ...dense, ...range(500).map(word), ...range(200).map(() => word() & word() & word())];
      assert.deepEqual(await evm.read(harness, 'popcounts', [words]), words.map(naivePopcount));
    }));

  it('count equals a naive loop over any range, within a word and across words', () =>
    withHarness('BitsHarness', async (evm, harness) => {
      const limit = 1500;
      const set = new Set(range(700).map(() => random.below(limit)));
      for (const index of range(256)) set.add(512 + index);
      await evm.send(SENDER, harness, 'setAll', [[...set]]);
      for (const index of [0, 1, 255, 256, 257, 511, 512, 767, 768, 1499]) assert.equal(await evm.read(harness, 'has', [index]), set.has(index));
      const edges = [0, 1, 255, 256, 257, 511, 512, 513, 767, 768, 769, 1024, limit];
      const ranges = [
        ...edges.flatMap((from) => edges.map((to) => [from, to] as const)),
        ...range(400).map(() => [random.below(limit), random.below(limit)] as const),
      ];
      const naive = ranges.map(([from, to]) => BigInt([...set].filter((index) => index >= from && index < to).length));
      assert.deepEqual(await evm.read(harness, 'counts', [ranges.map(([from]) => from), ranges.map(([, to]) => to)]), naive);
    }));
});
