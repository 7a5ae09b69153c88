import assert from 'node:assert/strict';
import { maxUint256, zeroAddress, zeroHash } from 'viem';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { adversary, wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket } from '../../support/contracts/books.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { signVoucher } from '../../support/contracts/vouchers.ts';
import { createWorld, goToEpoch, type World } from '../../support/contracts/world.ts';

/** A rent that divides by nothing: every fee and every split of it leaves odd units behind. */
const PRICE = 1_000_000_000_000_007n;
const EPOCHS = 15;

/** What everybody owns at the end, when the rails of all providers are settled after every epoch, or once. */
async function lives(world: World, settlesOften: boolean): Promise<{ providers: bigint[]; heavies: bigint[]; creator: bigint }> {
  const agreement = await openAgreement(world, { periods: 4, price: PRICE, quota: 3, feeBps: 137, heavy: world.heavies[0]!.id });
  for (let epoch = 1; epoch < EPOCHS; epoch += 1) {
    await runEpochs(world, epoch, epoch + 1, world.providers.slice(0, 3));
    if (!settlesOften) continue;
    for (const { id, parent } of world.providers) await world.evm.send(world.treasury.address, world.market, 'settle', [id, world.heavies[0]!.id, parent]);
  }
  await emptyMarket(world, [agreement]);
  const wealth = (nodes: World['providers']) => Promise.all(nodes.map((node) => wealthOf(world, { nodes: [node] })));
  return { providers: await wealth(world.providers), heavies: await wealth(world.heavies), creator: await balanceOf(world, world.creator.address) };
}

inWorld('draining through rounding: settling after every epoch moves at most one odd unit per settlement, between heavy nodes only', {}, async (often) => {
  const once = await createWorld({ epochsPerPeriod: 6 });
  try {
    const [a, b] = [await lives(often, true), await lives(once, false)];
    assert.deepEqual(a.providers, b.providers);
    assert.equal(a.creator, b.creator);
    const settlements = BigInt(EPOCHS * often.providers.length);
    for (const [i, wealth] of a.heavies.entries()) {
      const difference = wealth - b.heavies[i]!;
      assert.ok(difference >= -settlements && difference <= settlements, `heavy ${i}: ${difference} units in ${settlements} settlements`);
    }
  } finally {
    await once.evm.close();
  }
});

inWorld('draining through rounding: one-unit payments in and out of pots, stakes and channels move exactly one unit', {}, async (world) => {
  const { evm, market, registry, token, creator, treasury } = world;
  const agreement = await openAgreement(world, { periods: 3 });
  const attacker = await adversary(world, 'attacker', { tokens: 100n });
  for (let i = 0; i < 10; i += 1) await evm.send(attacker.address, market, 'topUp', [agreement.id, 1n]);
  for (let i = 0; i < 10; i += 1) await evm.send(creator.address, market, 'takePot', [agreement.id, 1n]);
  assert.equal(await evm.read(market, 'owedTo', [creator.address]), 10n);
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  await evm.send(attacker.address, token, 'approve', [channels.address, maxUint256]);
  const [payee] = world.providers;
  await evm.send(attacker.address, channels, 'open', [payee!.id, world.heavies[0]!.id, zeroAddress, zeroHash, 90n]);
  for (let total = 1n; total <= 90n; total += 1n) {
    const voucher = await signVoucher({ signer: attacker, chainId: evm.chainId, channels: channels.address }, { channel: 1n, total });
    await evm.send(treasury.address, channels, 'redeem', [[voucher]]);
  }
  // One unit at a time, the heavy node's 1.5 % round to nothing: 1.35 units lost to it, at some 60,000 gas for each unit.
  assert.equal(await balanceOf(world, payee!.payout), 90n);
  assert.equal(await balanceOf(world, world.heavies[0]!.payout), 0n);
  assert.equal(await balanceOf(world, channels.address), 0n);
  await emptyMarket(world, [agreement]);
});

inWorld('draining through rounding: a slash of odd units is split without a unit too many', { parameters: { slashEpochs: 7, penaltyEpochs: 3, missAllowance: 0 }, providers: 5 }, async (world) => {
  const agreement = await openAgreement(world, { periods: 4, price: PRICE, quota: 3 });
  const attacker = await adversary(world, 'attacker');
  await goToEpoch(world, 5);
  const supply = await world.evm.read<bigint>(world.token, 'totalSupply');
  const slash = 7n * 3n * PRICE;
  await replaceSlot(world, attacker.address, await signSuccession(world, agreement, 0, world.providers[4]!, { price: PRICE }));
  const shares = [(slash * 50n) / 100n, (slash * 25n) / 100n + (slash * 15n) / 100n];
  assert.equal(supply - (await world.evm.read<bigint>(world.token, 'totalSupply')), slash - shares[0]! - shares[1]!);
  await emptyMarket(world, [agreement], [attacker.address]);
});
