import assert from 'node:assert/strict';
import { size, zeroHash } from 'viem';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { COUNTS_GAS } from '../../support/contracts/counts-gas.ts';
import { adversary, stakeOf } from '../../support/contracts/attack.ts';
import { emptyMarket, owedToNode, reverts } from '../../support/contracts/books.ts';
import { bitmap, commitBundle, signReceipts } from '../../support/contracts/bundles.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { proofFor, prove, poke, runEpochs } from '../../support/contracts/proofs.ts';
import { goToEpoch } from '../../support/contracts/world.ts';

/*
 * The creator is the attacker: it commits what one provider never got, and wants that provider's stake.
 */
inWorld('withheld data: a provider that never signed for a bundle cannot be challenged for it, owes no bytes of it, and keeps stake and pay', {}, async (world) => {
  const attacker = await adversary(world, 'challenger');
  const victim = world.providers[3]!;
  const agreement = await openAgreement(world, { periods: 3 });
  const before = await stakeOf(world, victim);
  await commitBundle(world, agreement, { slots: [0, 1, 2], batches: 4 });
  await reverts('NotAcknowledged', () => world.evm.send(attacker.address, world.market, 'challenge', [agreement.id, 3, 0, 0, 0]));
  await goToEpoch(world, 1);
  await poke(world);
  assert.equal(size(await proofFor(world, victim)), 5 * 4, 'five bundle numbers and no leaf');
  await prove(world, victim);
  await runEpochs(world, 2, 12, world.providers);
  await goToEpoch(world, 12);
  await world.evm.send(attacker.address, world.market, 'reportMisses', [[victim.id], 1]);
  assert.equal(await stakeOf(world, victim), before);
  await world.evm.send(attacker.address, world.market, 'settle', [victim.id, world.heavies[0]!.id, victim.parent]);
  const rent = agreement.rents[3]!;
  assert.equal(await owedToNode(world, victim.id), 11n * (rent - (rent * 150n) / 10_000n));
  await emptyMarket(world, [agreement], [attacker.address]);
});

inWorld('garbage instead of data: nobody but the operator can sign for a provider, neither at commit nor later', {}, async (world) => {
  const agreement = await openAgreement(world);
  const message = { agreement: agreement.id, bundle: 0, root: zeroHash, batches: 1 };
  const honest = await signReceipts(world, message, [0, 1, 2]);
  const [first] = world.providers;
  // The creator knows every receipt of the others and its own key; none of them stands for slot 3.
  const own = await signReceipts({ ...world, providers: world.providers.map((one) => ({ ...one, operator: world.creator })) }, message, [3]);
  await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, zeroHash, 1, bitmap([0, 1, 2, 3]), `${honest}${own.slice(2)}`]));
  await world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, zeroHash, 1, bitmap([0, 1, 2]), honest]);
  await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'acknowledge', [agreement.id, 0, 3, own]));
  const copied = await signReceipts(world, message, [0]);
  await reverts('BadSignature', () => world.evm.send(first!.operator.address, world.market, 'acknowledge', [agreement.id, 0, 3, copied]));
  await emptyMarket(world, [agreement]);
});

inWorld('a receipt of nobody: a signature that recovers to no account signs for no slot without a provider', {}, async (world) => {
  const agreement = await openAgreement(world);
  const message = { agreement: agreement.id, bundle: 0, root: zeroHash, batches: 1 };
  const honest = await signReceipts(world, message, [0, 1, 2]);
  await world.evm.send(world.providers[3]!.operator.address, world.market, 'surrender', [agreement.id, 3]);
  const nobody = '00'.repeat(64);
  await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, zeroHash, 1, bitmap([0, 1, 2, 3]), `${honest}${nobody}`]));
  await world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, zeroHash, 1, bitmap([0, 1, 2]), honest]);
  await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'acknowledge', [agreement.id, 0, 3, `0x${nobody}`]));
  await emptyMarket(world, [agreement]);
});

inWorld('unacknowledged commits cost the left-out provider nothing: its proof has the same few bytes after twenty of them', {}, async (world) => {
  const victim = world.providers[3]!;
  const agreement = await openAgreement(world, { periods: 4, quota: 30 });
  await commitBundle(world, agreement, { slots: [0, 1, 2] });
  await runEpochs(world, 1, 3, [victim]);
  await goToEpoch(world, 3);
  await poke(world);
  const one = (await prove(world, victim)).gasUsed;
  for (let i = 0; i < 19; i += 1) await commitBundle(world, agreement, { slots: [0, 1, 2] });
  await goToEpoch(world, 4);
  await poke(world);
  const twenty = (await prove(world, victim)).gasUsed;
  // How often draws are made anew differs from epoch to epoch.
  if (COUNTS_GAS) assert.ok(twenty < one * 1.25, `${one} gas with one bundle, ${twenty} with twenty`);
  await emptyMarket(world, [agreement]);
});

inWorld('a root that nobody holds: whoever signed for it loses pay and stake, whoever did not loses nothing', { parameters: { missAllowance: 1, penaltyEpochs: 2 } }, async (world) => {
  const attacker = await adversary(world, 'reporter');
  const honest = world.providers[3]!;
  const agreement = await openAgreement(world, { periods: 3 });
  const message = { agreement: agreement.id, bundle: 0, root: `0x${'77'.repeat(32)}` as const, batches: 2 };
  await world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, message.root, 2, bitmap([0, 1, 2]), await signReceipts(world, message, [0, 1, 2])]);
  const [liar] = world.providers;
  for (let epoch = 1; epoch < 6; epoch += 1) {
    await goToEpoch(world, epoch);
    await poke(world);
    await prove(world, honest);
    await reverts('ProofTooShort', () => world.evm.send(liar!.operator.address, world.market, 'prove', [liar!.id, '0x00000000']));
  }
  await goToEpoch(world, 6);
  const stakes = [await stakeOf(world, liar!), await stakeOf(world, honest)];
  await world.evm.send(attacker.address, world.market, 'reportMisses', [world.providers.map(({ id }) => id), 0]);
  // Five missed epochs of duty, one of them allowed, two epochs of rent for each of the others.
  assert.equal(stakes[0]! - (await stakeOf(world, liar!)), 4n * 2n * agreement.rents[0]!);
  assert.equal(await stakeOf(world, honest), stakes[1]);
  await emptyMarket(world, [agreement], [attacker.address]);
});
