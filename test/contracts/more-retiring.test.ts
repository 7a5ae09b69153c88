import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { emptyMarket, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { drawsOf, poke, proofFor, prove } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * retire: not the creator, no such bundle, twice -> reverts; quota is free again
 * draws: of the same epoch unchanged; from the next on they move to living bundles, at most eight times, then they are spent
 * prove: skipping the index of a retired bundle, or naming one that does not hold the batch -> WrongBundle
 */
describe('retiring bundles', () => {
  let world: World;
  let agreement: OpenedAgreement;
  const retire = (bundle: number, from = world.creator.address) => world.evm.send(from, world.market, 'retire', [agreement.id, bundle]);

  beforeEach(async () => {
    world = await createWorld({ providers: 4, epochsPerPeriod: 30 });
    agreement = await openAgreement(world, { quota: 10, price: 10n ** 15n });
    await commitBundle(world, agreement, { batches: 6 });
    await commitBundle(world, agreement, { batches: 4 });
  });
  afterEach(() => world.evm.close());

  it('belongs to the creator, once per bundle, and frees the quota', async () => {
    await reverts('NotCreator', () => retire(0, accountOf('stranger').address));
    await reverts('NoSuchBundle', () => retire(2));
    await reverts('QuotaExceeded', () => commitBundle(world, agreement));
    await retire(0);
    await reverts('AlreadyRetired', () => retire(0));
    await reverts('QuotaExceeded', () => commitBundle(world, agreement, { batches: 7 }));
    await commitBundle(world, agreement, { batches: 6 });
    const { retiredBatches, batches } = await world.evm.read<{ retiredBatches: number; batches: number }>(world.market, 'agreementOf', [agreement.id]);
    assert.deepEqual({ retiredBatches, batches }, { retiredBatches: 6, batches: 16 });
  });

  it('moves no draw of its own epoch, and every one of the next to what lives', async () => {
    const provider = world.providers[0]!;
    await goToEpoch(world, 1);
    await poke(world);
    const before = await drawsOf(world, provider);
    await retire(0);
    assert.deepEqual(await drawsOf(world, provider), before);
    await prove(world, provider);
    let moved = 0;
    for (let epoch = 2; epoch < 6; epoch += 1) {
      await goToEpoch(world, epoch);
      await poke(world);
      for (const draw of await drawsOf(world, provider)) {
        if (draw.isSpent) continue;
        assert.equal(draw.bundles.at(-1), 1);
        assert.ok(draw.batch >= 6);
        assert.ok(draw.bundles.slice(0, -1).every((bundle) => bundle === 0));
        moved += draw.bundles.length - 1;
      }
      const proof = await proofFor(world, provider);
      await reverts('WrongBundle', () => world.evm.send(provider.operator.address, world.market, 'prove', [provider.id, `0x00000009${proof.slice(10)}`]));
      await prove(world, provider);
    }
    assert.ok(moved > 0, 'no draw of four epochs met the retired bundle');
    await emptyMarket(world, [agreement]);
  });

  it('spends a draw that finds nothing alive: nine indexes, no leaf', async () => {
    await retire(0);
    await retire(1);
    await goToEpoch(world, 1);
    await poke(world);
    const draws = await drawsOf(world, world.providers[1]!);
    assert.ok(draws.every(({ isSpent, bundles }) => isSpent && bundles.length === 9));
    const proof = await proofFor(world, world.providers[1]!);
    assert.equal(proof.length, 2 + 5 * 9 * 8);
    await reverts('ProofTooShort', () => world.evm.send(world.treasury.address, world.market, 'prove', [world.providers[1]!.id, proof.slice(0, -8)]));
    await prove(world, world.providers[1]!);
  });
});
