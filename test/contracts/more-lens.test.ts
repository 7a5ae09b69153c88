import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { poke, runEpochs } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, parametersOf, type NodeActor, type World } from '../support/contracts/world.ts';

/*
 * agreement: pot, renewal, until when bytes are kept; per slot vacancy, notice and open challenges
 * challenges: only those that wait, within the range that exists
 * statement: potential, owed, locked, free, queued, misses and what they cost, at risk; unsettled
 * network: clock, counts, health, parameters
 * odds: bounds; 1 - (1 - f)^s; slotOdds: 1 - (1 - f/N)(1 - f w)^4 per epoch
 */
const PERIOD = 10;
const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;
const WAD = 10n ** 18n;

interface Statement {
  readonly perEpoch: bigint;
  readonly owed: bigint;
  readonly stake: bigint;
  readonly locked: bigint;
  readonly queued: bigint;
  readonly withdrawableAtEpoch: number;
  readonly free: bigint;
  readonly misses: bigint;
  readonly missAllowance: bigint;
  readonly penalty: bigint;
  readonly atRisk: bigint;
  readonly faulted: boolean;
}

describe('the lens', () => {
  let world: World;
  let agreement: OpenedAgreement;
  let provider: NodeActor;
  const view = <T>(name: string, args: readonly unknown[] = []) => world.evm.read<T>(world.lens, name, args);
  const statement = () => view<Statement>('statement', [provider.id]);

  beforeEach(async () => {
    world = await createWorld({ providers: 4, epochsPerPeriod: PERIOD, stake: 1_000n * UNIT });
    provider = world.providers[0]!;
    agreement = await openAgreement(world, { periods: 3, price: UNIT });
    await commitBundle(world, agreement);
    await world.evm.send(world.treasury.address, world.token, 'approve', [world.market.address, 10n ** 24n]);
  });
  afterEach(() => world.evm.close());

  it('shows an agreement with all that waits in it', async () => {
    const { evm, market, treasury, creator } = world;
    await evm.send(treasury.address, market, 'topUp', [agreement.id, 7n]);
    await evm.send(creator.address, market, 'authoriseRenewal', [agreement.id, 5n, 9]);
    await evm.send(creator.address, market, 'giveNotice', [agreement.id, 2]);
    await evm.send(treasury.address, market, 'challenge', [agreement.id, 1, 0, 0, 0]);
    await evm.send(provider.operator.address, market, 'surrender', [agreement.id, 0]);
    const shown = await view<{
      pot: bigint;
      renewal: unknown;
      keptUntilEpoch: bigint;
      slots: readonly { provider: number; rent: bigint; vacancy: { rent: bigint; from: number; reward: bigint }; noticeFrom: number; openChallenges: number }[];
    }>('agreement', [agreement.id]);
    assert.equal(shown.pot, 7n);
    assert.deepEqual(shown.renewal, { maxPerPeriod: 5n, untilPeriod: 9, isLocked: false });
    assert.equal(shown.keptUntilEpoch, BigInt(agreement.endEpoch + world.parameters.graceEpochs));
    const [vacant, challenged, noticed, plain] = shown.slots;
    assert.deepEqual([vacant!.provider, vacant!.vacancy.rent, vacant!.vacancy.from, vacant!.vacancy.reward], [0, RENT, provider.id, 2n * RENT]);
    assert.deepEqual([challenged!.openChallenges, noticed!.noticeFrom, plain!.noticeFrom, plain!.vacancy.rent], [1, 1, 0, 0n]);
    const list = await view<readonly { number: bigint; challenge: { slot: number } }[]>('challenges', [0n, 10n]);
    assert.deepEqual(list.map(({ number, challenge }) => [number, challenge.slot]), [[1n, 1]]);
    assert.deepEqual(await view('challenges', [2n, 10n]), []);
  });

  it('tells a provider what it has, what it may earn and what it may lose', async () => {
    const { evm, market, registry } = world;
    await runEpochs(world, 1, 3, world.providers);
    await evm.send(provider.operator.address, registry, 'queueWithdrawal', [provider.id, 100n * UNIT]);
    await goToEpoch(world, 6);
    const fee = (RENT * 150n) / 10_000n;
    const rails = [provider.id, [world.heavies[0]!.id], [provider.parent]];
    assert.equal(await world.evm.read(world.lens, 'unsettled', rails), 2n * RENT);
    await evm.send(provider.operator.address, world.lens, 'unsettled', rails);
    assert.equal(await world.evm.read(world.lens, 'unsettled', rails), 0n);
    const { withdrawableAtEpoch, ...rest } = await statement();
    assert.equal(withdrawableAtEpoch, 2 + PERIOD);
    assert.deepEqual(rest, {
      perEpoch: RENT,
      owed: 2n * (RENT - fee),
      stake: 1_000n * UNIT,
      locked: 20n * RENT,
      queued: 100n * UNIT,
      free: (1_000n - 100n - 200n) * UNIT,
      // 3, 4 and 5; one is allowed, each other costs two epochs of rent.
      misses: 3n,
      missAllowance: 1n,
      penalty: 2n * 2n * RENT,
      atRisk: 10n * RENT,
      faulted: true,
    });
    await goToEpoch(world, agreement.endEpoch);
    await evm.send(provider.operator.address, market, 'release', [agreement.id, 1n]);
    const idle = await statement();
    assert.deepEqual([idle.perEpoch, idle.misses, idle.penalty, idle.atRisk, idle.faulted], [0n, 0n, 0n, 0n, false]);
  });

  it('shows the network', async () => {
    await goToEpoch(world, 1);
    await poke(world);
    const { seed, ...rest } = await view<{ seed: string }>('network');
    assert.equal(seed, await world.evm.read(world.market, 'seedOf', [1]));
    assert.deepEqual(rest, { epoch: 1, period: 0, agreements: 1, nodes: 6, challenges: 0n, provenBps: 10_000n, isRepairOnly: false, parameters: parametersOf(world.parameters) });
  });

  it('reckons the odds of being found', async () => {
    const share = (value: bigint) => Number(value) / 1e18;
    for (const lost of [0, 0.01, 0.087, 0.5, 1]) {
      const odds = await view<bigint>('odds', [BigInt(Math.round(lost * 1e6)) * 10n ** 12n, 5n]);
      assert.ok(Math.abs(share(odds) - (1 - (1 - lost) ** 5)) < 1e-12, `${lost}`);
    }
    await openAgreement(world, { periods: 3, price: 3n * UNIT });
    // One of two slots, a quarter of the rent.
    const one = await view<bigint>('slotOdds', [agreement.id, 0n, WAD, 1n]);
    assert.ok(Math.abs(share(one) - (1 - 0.5 * 0.75 ** 4)) < 1e-12);
    const half = await view<bigint>('slotOdds', [agreement.id, 0n, WAD / 2n, 3n]);
    assert.ok(Math.abs(share(half) - (1 - (0.75 * 0.875 ** 4) ** 3)) < 1e-12);
    await reverts('NoSuchSlot', () => view('slotOdds', [agreement.id, 9n, WAD, 1n]));
    await reverts('ShareAboveOne', () => view('slotOdds', [agreement.id, 0n, WAD + 1n, 1n]));
    await reverts('TooManySamples', () => view('slotOdds', [agreement.id, 0n, WAD, 257n]));
    await goToEpoch(world, 2);
    await poke(world);
    await world.evm.send(provider.operator.address, world.market, 'surrender', [agreement.id, 0]);
    assert.equal(await view('slotOdds', [2, 0n, WAD, 1n]), 0n);
  });
});
