import assert from 'node:assert/strict';
import { openAgreement } from '../support/contracts/agreements.ts';
import { branches, type Branch } from '../support/contracts/branches.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { goToEpoch, TIER, type World } from '../support/contracts/world.ts';

const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;

interface Statement {
  readonly stake: bigint;
  readonly locked: bigint;
  readonly free: bigint;
  readonly misses: bigint;
  readonly missAllowance: bigint;
  readonly penalty: bigint;
  readonly atRisk: bigint;
}

const view = <T>(world: World, name: string, args: readonly unknown[]) => world.evm.read<T>(world.lens, name, args);
const statement = (world: World) => view<Statement>(world, 'statement', [world.providers[0]!.id]);
const ids = async (world: World, from: number, count: number) => (await view<readonly { id: number }[]>(world, 'nodes', [from, count])).map(({ id }) => id);
const numbers = async (world: World, from: bigint, count: bigint) => (await view<readonly { number: bigint }[]>(world, 'challenges', [from, count])).map(({ number }) => number);

async function challenged(world: World): Promise<void> {
  const agreement = await openAgreement(world);
  await commitBundle(world, agreement);
  await world.evm.send(world.treasury.address, world.token, 'approve', [world.market.address, 10n ** 24n]);
  for (let slot = 0; slot < 3; slot += 1) await world.evm.send(world.treasury.address, world.market, 'challenge', [agreement.id, slot, 0, 0, 0]);
}

branches('nodes, node', {
  'when more are asked for than there are -> those that there are': async (world) => assert.deepEqual(await ids(world, 5, 10), [5, 6, 7]),
  'when fewer are asked for -> no more than these': async (world) => assert.deepEqual(await ids(world, 2, 3), [2, 3, 4]),
  'when all are behind -> none': async (world) => assert.deepEqual(await ids(world, 8, 10), []),
  'when a node is shown -> as it is registered': async (world) => {
    const { id, operator, payout, region, parent } = world.providers[1]!;
    const shown = await view<Record<string, unknown>>(world, 'node', [id]);
    assert.deepEqual([shown['operator'], shown['payout'], shown['region'], shown['parent'], shown['tier']], [operator.address, payout, region, parent, TIER.standard]);
    assert.deepEqual([shown['required'], shown['owed'], shown['queued'], shown['faulted']], [0n, 0n, 0n, false]);
  },
});

branches('clock, railOf', {
  'when the market is asked for its clock -> it is the registry\'s': async (world) => {
    assert.deepEqual(await world.evm.read(world.market, 'clock', []), await world.evm.read(world.registry, 'clock', []));
  },
  'when a rail is asked for -> rate, fee and what is settled': async (world) => {
    const agreement = await openAgreement(world, { price: UNIT });
    const { id, parent } = world.providers[0]!;
    const [rate, fee, settled] = await world.evm.read<[bigint, bigint, number]>(world.market, 'railOf', [id, agreement.terms.heavy, parent]);
    assert.deepEqual([rate, settled], [agreement.rents[0], agreement.startEpoch]);
    assert.equal(fee, agreement.rents[0]! * BigInt(agreement.terms.feeBps) / 10_000n);
  },
});

branches('challenges', {
  'when fewer are asked for than there are -> no more than these': async (world) => {
    await challenged(world);
    assert.deepEqual(await numbers(world, 1n, 2n), [1n, 2n]);
  },
  'when more are asked for -> all that wait': async (world) => {
    await challenged(world);
    assert.deepEqual(await numbers(world, 2n, 10n), [2n, 3n]);
  },
  'when all are behind -> none': async (world) => assert.deepEqual(await numbers(world, 1n, 10n), []),
});

branches('agreement', {
  'when a slot was released -> it shows nobody': async (world) => {
    const { id, endEpoch } = await openAgreement(world, { periods: 1 });
    await goToEpoch(world, endEpoch);
    await world.evm.send(world.treasury.address, world.market, 'release', [id, 1n]);
    const { slots } = await view<{ slots: readonly { provider: number }[] }>(world, 'agreement', [id]);
    assert.deepEqual(slots.map(({ provider }) => provider), [0, ...world.providers.slice(1, 4).map((one) => one.id)]);
  },
});

const rulesOf = (tier: keyof typeof TIER, allowance: bigint): [string, Branch, { tier: number }] => [
  `when the provider is ${tier} -> by its tier's rules`,
  async (world) => assert.equal((await statement(world)).missAllowance, allowance),
  { tier: TIER[tier] },
];
for (const [title, body, options] of [rulesOf('standard', 1n), rulesOf('archival', 8n), rulesOf('edge', 12n)]) {
  branches('statement, tiers', { [title]: body }, { ...options, tiers: { archival: { missAllowance: 8 }, edge: { missAllowance: 12 } } });
}

branches('statement', {
  'when it has promised nothing -> nothing is missed, locked or at risk': async (world) => {
    await goToEpoch(world, 4);
    const { misses, locked, atRisk, penalty } = await statement(world);
    assert.deepEqual([misses, locked, atRisk, penalty], [0n, 0n, 0n, 0n]);
  },
  'when duty has not begun -> no epoch is missed yet': async (world) => {
    await openAgreement(world, { price: UNIT });
    await goToEpoch(world, 1);
    assert.equal((await statement(world)).misses, 0n);
  },
  'when a new period begins -> its misses are counted from there': async (world) => {
    await openAgreement(world, { price: UNIT, periods: 3 });
    await goToEpoch(world, 8);
    assert.equal((await statement(world)).misses, 2n);
  },
  'when misses are within the allowance -> they cost nothing': async (world) => {
    await openAgreement(world, { price: UNIT });
    await goToEpoch(world, 2);
    const { misses, penalty } = await statement(world);
    assert.deepEqual([misses, penalty], [1n, 0n]);
  },
  'when epochs were proven -> they are no misses': async (world) => {
    await openAgreement(world, { price: UNIT });
    await runEpochs(world, 1, 4, [world.providers[0]!]);
    await goToEpoch(world, 5);
    assert.equal((await statement(world)).misses, 1n);
  },
});

branches('statement, hardly any stake', {
  'when all that stands is at risk -> no more than that, and nothing is free': async (world) => {
    await world.evm.send(world.treasury.address, world.registry, 'addStake', [world.providers[0]!.id, RENT]);
    for (const { id } of world.providers.slice(1)) await world.evm.send(world.treasury.address, world.registry, 'addStake', [id, RENT]);
    await openAgreement(world, { price: UNIT, periods: 3 });
    await goToEpoch(world, 5);
    const { stake, locked, free, penalty, atRisk, misses } = await statement(world);
    assert.deepEqual({ stake, locked, free, penalty, atRisk, misses }, { stake: RENT, locked: RENT, free: 0n, penalty: RENT, atRisk: RENT, misses: 4n });
  },
  'when some of it was taken -> what is locked is more than what there is, and nothing is free': async (world) => {
    for (const { id } of world.providers) await world.evm.send(world.treasury.address, world.registry, 'addStake', [id, RENT]);
    await openAgreement(world, { price: UNIT, periods: 3 });
    await goToEpoch(world, 6);
    await world.evm.send(world.treasury.address, world.market, 'reportMisses', [[world.providers[0]!.id], 0]);
    const { stake, locked, free } = await statement(world);
    assert.deepEqual({ stake, locked, free }, { stake: 0n, locked: RENT, free: 0n });
  },
}, { stake: 0n, stakeEpochs: 1 });

branches('odds, slotOdds', {
  'when more than all is lost -> it reverts ShareAboveOne': async (world) => () => view(world, 'odds', [10n ** 18n + 1n, 5n]),
  'when too many samples are asked for -> it reverts TooManySamples': async (world) => () => view(world, 'odds', [0n, 257n]),
  'when more than a whole slot is lost -> it reverts ShareAboveOne': async (world) => {
    const { id } = await openAgreement(world);
    return () => view(world, 'slotOdds', [id, 0n, 10n ** 18n + 1n, 1n]);
  },
  'when too many epochs are asked for -> it reverts TooManySamples': async (world) => {
    const { id } = await openAgreement(world);
    return () => view(world, 'slotOdds', [id, 0n, 1n, 257n]);
  },
  'when the draw was given up -> nothing is found in this epoch': async (world) => {
    const one = await openAgreement(world);
    const other = await openAgreement(world);
    await goToEpoch(world, 1);
    await world.evm.send(world.treasury.address, world.market, 'poke');
    await world.evm.send(world.providers[0]!.operator.address, world.market, 'surrender', [one.id, 0]);
    assert.equal(await view(world, 'slotOdds', [other.id, 0n, 10n ** 18n, 1n]), 0n);
    await goToEpoch(world, 2);
    assert.equal(await view(world, 'slotOdds', [other.id, 0n, 10n ** 18n, 1n]), 10n ** 18n);
  },
});
