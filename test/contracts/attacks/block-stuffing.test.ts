import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { stakeOf } from '../../support/contracts/attack.ts';
import { emptyMarket, owedToNode, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, proofFor, prove, runEpochs } from '../../support/contracts/proofs.ts';
import { goToEpoch } from '../../support/contracts/world.ts';

/** Blocks of 12 s and 36 million gas; a full block raises the base fee by an eighth (EIP-1559). */
const BLOCK_SECONDS = 12;
const BLOCK_GAS = 36e6;
const EPOCH_SECONDS = 7200;

/** Coins that filling `blocks` blocks in a row costs from a base fee (coins per gas) on. */
function stuffing(blocks: number, baseFee: number): number {
  return BLOCK_GAS * baseFee * 8 * (1.125 ** blocks - 1);
}

inWorld('block stuffing: a proof counts until the last second of its epoch; one stuffed epoch costs its rent and no penalty', { parameters: { missAllowance: 1 } }, async (world) => {
  const victim = world.providers[0]!;
  const agreement = await openAgreement(world, { periods: 3 });
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  const proof = await proofFor(world, victim);
  // The transaction itself takes the epoch's last second.
  await goToEpoch(world, 1, world.epochSeconds - 2);
  await world.evm.send(world.treasury.address, world.market, 'prove', [victim.id, proof]);
  // Epoch 2 is stuffed to its end.
  await goToEpoch(world, 2);
  await poke(world);
  const late = await proofFor(world, victim);
  await goToEpoch(world, 3);
  await reverts('SeedUnknown', () => world.evm.send(world.treasury.address, world.market, 'prove', [victim.id, late]));
  await poke(world);
  await prove(world, victim);
  await runEpochs(world, 4, 6, [victim]);
  await goToEpoch(world, 6);
  const stake = await stakeOf(world, victim);
  await world.evm.send(world.treasury.address, world.market, 'reportMisses', [[victim.id], 0]);
  assert.equal(await stakeOf(world, victim), stake);
  await world.evm.send(world.treasury.address, world.market, 'settle', [victim.id, world.heavies[0]!.id, victim.parent]);
  const rent = agreement.rents[0]!;
  assert.equal(await owedToNode(world, victim.id), 4n * (rent - (rent * 150n) / 10_000n));
  await emptyMarket(world, [agreement]);
});

inWorld('block stuffing in coins: a provider that proves at a quarter of the epoch leaves 450 blocks to fill; sixty of them cost more than 300 coins at 1 gwei', {}, async () => {
  const blocks = (EPOCH_SECONDS * 3) / 4 / BLOCK_SECONDS;
  assert.equal(blocks, 450);
  const gwei = 1e-9;
  assert.ok(stuffing(60, gwei) > 300, `${stuffing(60, gwei)} coins for ten minutes`);
  assert.ok(stuffing(blocks, gwei) > 1e21, 'more coins than there are');
  // Even on a chain a thousand times cheaper, keeping one provider out for a twelfth of an epoch costs more than a coin every ten minutes.
  assert.ok(stuffing(60, gwei / 1000) > 0.3);
});
