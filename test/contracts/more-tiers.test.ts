import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { openAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf, eventsOf } from '../support/contracts/evm.ts';
import { prove, poke, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TIER, type World, type WorldOptions } from '../support/contracts/world.ts';

/*
 * reportMisses: reckoned with the rent at the period's end, so that nothing which dilutes the draws escapes; slots that were lost on
 *   the way are paid for when they go; all that was promised in the epoch in which duty began counts; a silent period before, too
 * tiers: allowance, penalty, run of faults, slash and time to answer are those of the provider's tier
 */
const PERIOD = 10;
const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;

describe('what misses are reckoned with', () => {
  let world: World;
  const start = async (options: WorldOptions = {}) => {
    world = await createWorld({ providers: 5, epochsPerPeriod: PERIOD, ...options });
  };
  const report = async (period: number) => {
    const receipt = await world.evm.send(accountOf('reporter').address, world.market, 'reportMisses', [[world.providers[0]!.id], period]);
    return eventsOf<{ misses: bigint; slashed: bigint }>(receipt, world.market, 'MissesReported').map(({ misses, slashed }) => ({ misses, slashed }))[0];
  };
  afterEach(() => world.evm.close());

  it('own slots that are opened behind each boundary to dilute the draws are penalised with the others', async () => {
    await start();
    await openAgreement(world, { periods: 4, price: UNIT });
    await goToEpoch(world, 1);
    await openAgreement(world, { periods: 1, price: 9n * UNIT });
    await goToEpoch(world, PERIOD);
    // Missed 1 to 9, one allowed, two epochs each, of what was promised in the end.
    assert.deepEqual(await report(0), { misses: 9n, slashed: 8n * 2n * 10n * RENT });
  });

  it('everything promised in the epoch in which duty began counts', async () => {
    await start();
    await openAgreement(world, { periods: 3, price: UNIT });
    await openAgreement(world, { periods: 3, price: UNIT });
    await goToEpoch(world, PERIOD);
    assert.deepEqual(await report(0), { misses: 9n, slashed: 8n * 2n * 2n * RENT });
  });

  it('a period in which nothing changed has the rent of its beginning, whatever ends behind it', async () => {
    await start();
    await openAgreement(world, { periods: 3, price: UNIT });
    await openAgreement(world, { periods: 2, price: UNIT });
    await goToEpoch(world, 2 * PERIOD);
    assert.deepEqual(await report(1), { misses: 10n, slashed: 9n * 2n * 2n * RENT });
    await goToEpoch(world, 3 * PERIOD);
    assert.deepEqual(await report(2), { misses: 10n, slashed: 9n * 2n * RENT });
    await goToEpoch(world, 4 * PERIOD);
    assert.equal(await report(3), undefined);
  });

  it('a slot that was lost on the way does not count again', async () => {
    await start();
    const [leaver] = world.providers;
    const first = await openAgreement(world, { periods: 3, price: UNIT });
    await openAgreement(world, { periods: 3, price: UNIT });
    await goToEpoch(world, 3);
    await world.evm.send(leaver!.operator.address, world.market, 'surrender', [first.id, 0]);
    await goToEpoch(world, PERIOD);
    assert.deepEqual(await report(0), { misses: 9n, slashed: 8n * 2n * RENT });
  });

  it('nobody without duty is reported, and a new beginning counts for itself', async () => {
    await start();
    const [leaver] = world.providers;
    const first = await openAgreement(world, { periods: 3, price: UNIT });
    await goToEpoch(world, 3);
    await world.evm.send(leaver!.operator.address, world.market, 'surrender', [first.id, 0]);
    await goToEpoch(world, 5);
    await openAgreement(world, { periods: 3, price: 2n * UNIT });
    await goToEpoch(world, PERIOD);
    assert.deepEqual(await report(0), { misses: 4n, slashed: 3n * 2n * 2n * RENT });
  });

  it('each tier has its own allowance, penalty, run, slash and time to answer', async () => {
    const tiers = {
      archival: { missAllowance: 4, penaltyEpochs: 3, faultRun: 6, slashEpochs: 20, answerEpochs: 5 },
      edge: { missAllowance: 6, penaltyEpochs: 1, faultRun: 2, slashEpochs: 4, answerEpochs: 1 },
    };
    const expected = {
      [TIER.standard]: { slashed: 8n * 2n, run: 3, slash: 10n, deadline: 5 },
      [TIER.archival]: { slashed: 5n * 3n, run: 6, slash: 20n, deadline: 8 },
      [TIER.edge]: { slashed: 3n, run: 2, slash: 4n, deadline: 4 },
    };
    for (const tier of [TIER.standard, TIER.archival, TIER.edge]) {
      await start({ tier, tiers });
      const { slashed, run, slash, deadline } = expected[tier]!;
      const { evm, market, treasury, token } = world;
      const agreement = await openAgreement(world, { periods: 3, price: UNIT, quota: 10 });
      await commitBundle(world, agreement);
      await evm.send(treasury.address, token, 'approve', [market.address, 10n ** 24n]);
      await goToEpoch(world, 2);
      const challenged = await evm.send(treasury.address, market, 'challenge', [agreement.id, 1, 0, 0, 0]);
      assert.equal(eventOf<{ deadlineEpoch: number }>(challenged, market, 'Challenged').deadlineEpoch, deadline);
      if (run > 2) await goToEpoch(world, run);
      assert.equal(await evm.read(market, 'isFaulted', [world.providers[0]!.id]), false);
      await goToEpoch(world, run + 1);
      assert.equal(await evm.read(market, 'isFaulted', [world.providers[0]!.id]), true);
      await goToEpoch(world, PERIOD);
      assert.deepEqual(await report(0), { misses: 9n, slashed: slashed * RENT });
      const receipt = await replaceSlot(world, treasury.address, await signSuccession(world, agreement, 0, world.providers[4]!, { price: UNIT }));
      assert.equal(eventOf<{ slashed: bigint }>(receipt, market, 'Replaced').slashed, slash * RENT);
      const registry = () => balanceOf(world, world.registry.address);
      assert.equal(await changeOf(registry, () => evm.send(treasury.address, market, 'endChallenge', [1n])), -slash * RENT);
      if (tier !== TIER.edge) await evm.close();
    }
  });
});

/*
 * dismiss: stranger, agreement over, no bundle, slot empty, retired, acknowledged, too early, draw open, challenge open -> reverts
 *   creator, session key, the agreement's heavy node: the slot is vacant, nothing is slashed; a successor has its own time
 */
describe('a slot that never acknowledges a bundle', () => {
  let world: World;
  const ACK = 3;
  afterEach(() => world.evm.close());

  const begin = async () => {
    world = await createWorld({ providers: 6, epochsPerPeriod: PERIOD });
    const agreement = await openAgreement(world, { periods: 3, price: UNIT });
    await commitBundle(world, agreement, { slots: [0, 1, 2] });
    return agreement;
  };
  const dismiss = (from: `0x${string}`, slot = 3, bundle = 0) => world.evm.send(from, world.market, 'dismiss', [1, slot, bundle]);

  it('is dismissed after its time, without a slash, and its rent waits for a successor', async () => {
    const agreement = await begin();
    const { evm, market, creator } = world;
    await runEpochs(world, 1, ACK, world.providers.slice(0, 4));
    await reverts('NotOverdue', () => dismiss(creator.address));
    await goToEpoch(world, ACK);
    await reverts('NotCreator', () => dismiss(world.treasury.address));
    await reverts('NotCreator', () => dismiss(world.providers[3]!.operator.address));
    await reverts('NotCreator', () => dismiss(world.heavies[1]!.operator.address));
    await reverts('NoSuchBundle', () => dismiss(creator.address, 3, 1));
    await reverts('NoSuchSlot', () => dismiss(creator.address, 4));
    await reverts('AlreadyAcknowledged', () => dismiss(creator.address, 0));
    await poke(world);
    await reverts('DrawPending', () => dismiss(creator.address));
    await prove(world, world.providers[3]!);
    const stake = () => balanceOf(world, world.registry.address);
    assert.equal(await changeOf(stake, () => dismiss(creator.address)), 0n);
    assert.deepEqual(await evm.read(market, 'vacancyOf', [agreement.id, 3]), { rent: RENT, sinceEpoch: ACK, reward: 0n, from: world.providers[3]!.id });
    // The successor has its own time, from when it took the slot.
    await replaceSlot(world, creator.address, await signSuccession(world, agreement, 3, world.providers[4]!, { price: UNIT }));
    await goToEpoch(world, ACK + 2);
    await reverts('NotOverdue', () => dismiss(creator.address));
    await goToEpoch(world, ACK + ACK);
    await dismiss(world.heavies[0]!.operator.address);
    await goToEpoch(world, agreement.endEpoch);
    await reverts('AgreementOver', () => dismiss(creator.address));
  });

  it('stays while a challenge waits, and when the bundle is retired; a session key may act', async () => {
    const agreement = await begin();
    const { evm, market, creator, treasury } = world;
    const key = accountOf('session key');
    await evm.send(creator.address, market, 'setSession', [key.address, 2n ** 60n]);
    await commitBundle(world, agreement, { slots: [0, 1, 3] });
    await evm.send(treasury.address, world.token, 'approve', [market.address, 10n ** 24n]);
    await goToEpoch(world, ACK);
    await evm.send(treasury.address, market, 'challenge', [agreement.id, 3, 1, 0, 0]);
    await reverts('ChallengeOpen', () => dismiss(key.address));
    await dismiss(key.address, 2, 1);
    await evm.send(creator.address, market, 'retire', [agreement.id, 0]);
    await reverts('AlreadyRetired', () => dismiss(key.address));
  });
});
