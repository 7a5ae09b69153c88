import assert from 'node:assert/strict';
import { concatHex, size, slice, toHex, type Hex } from 'viem';
import { openAgreement } from '../support/contracts/agreements.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { inWorld } from '../support/contracts/in-world.ts';
import { drawsOf, poke, proofFor, prove } from '../support/contracts/proofs.ts';
import { expectRevert } from '../support/contracts/life-checks.ts';
import { goToEpoch, type NodeActor, type World } from '../support/contracts/world.ts';

async function send(world: World, provider: NodeActor, proof: Hex) {
  return world.evm.send(world.treasury.address, world.market, 'prove', [provider.id, proof]);
}

inWorld('the first poke of an epoch fixes its seed; later ones change nothing', {}, async (world) => {
  const { evm, market } = world;
  await goToEpoch(world, 1);
  await expectRevert(send(world, world.providers[0]!, '0x'), 'SeedUnknown', [1]);
  await expectRevert(drawsOf(world, world.providers[0]!), 'SeedUnknown', [1]);
  const first = await poke(world);
  const seed = await evm.read<Hex>(market, 'seedOf', [1]);
  const second = await poke(world);
  assert.equal(await evm.read<Hex>(market, 'seedOf', [1]), seed);
  assert.equal(first.logs.length, 1);
  assert.equal(second.logs.length, 0);
  await goToEpoch(world, 2);
  await poke(world);
  assert.notEqual(await evm.read<Hex>(market, 'seedOf', [2]), seed);
  assert.equal(await evm.read<Hex>(market, 'seedOf', [1]), seed, 'it stays readable');
});

inWorld('one transaction proves an epoch over several agreements and bundles', {}, async (world) => {
  const provider = world.providers[1]!;
  for (const batches of [1, 3]) {
    const agreement = await openAgreement(world);
    await commitBundle(world, agreement, { batches });
    await commitBundle(world, agreement, { batches: 2 });
  }
  for (let epoch = 1; epoch < 6; epoch += 1) {
    await goToEpoch(world, epoch);
    await poke(world);
    // Chance makes one void now and then.
    const asked = (await drawsOf(world, provider)).filter(({ isVoid }) => !isVoid);
    assert.ok(asked.length > 0 && asked.every((draw) => draw.leaves === 128 && draw.n === 4 && draw.slot === 1));
    await prove(world, provider);
    assert.equal(await world.evm.read<boolean>(world.market, 'hasProved', [provider.id, epoch]), true);
  }
  assert.equal(await world.evm.read<bigint>(world.market, 'provenEpochs', [provider.id, 0, 6]), 5n);
});

inWorld('a proof counts once, for one provider, in its own epoch', {}, async (world) => {
  const [provider, other] = world.providers as [NodeActor, NodeActor];
  const agreement = await openAgreement(world);
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  const proof = await proofFor(world, provider);
  await expectRevert(send(world, other, proof), 'InvalidPath');
  await send(world, provider, proof);
  await expectRevert(send(world, provider, proof), 'AlreadyProven', [provider.id, 1]);
  await goToEpoch(world, 2);
  await poke(world);
  await expectRevert(send(world, provider, proof), 'InvalidPath');
});

inWorld('a proof must be exactly the drawn leaves and paths', {}, async (world) => {
  const provider = world.providers[0]!;
  const agreement = await openAgreement(world);
  await commitBundle(world, agreement, { batches: 2 });
  await goToEpoch(world, 1);
  await poke(world);
  const proof = await proofFor(world, provider);
  const length = size(proof);
  const flip = (at: number) => concatHex([slice(proof, 0, at), toHex(Number(slice(proof, at, at + 1)) ^ 1, { size: 1 }), ...(at + 1 < length ? [slice(proof, at + 1)] : [])]);
  await expectRevert(send(world, provider, flip(4)), 'InvalidPath', [0n]);
  await expectRevert(send(world, provider, flip(length - 1)), 'InvalidPath', [4n]);
  await expectRevert(send(world, provider, flip(3)), 'WrongBundle');
  await expectRevert(send(world, provider, concatHex([proof, '0x00'])), 'ProofTooLong', [BigInt(length), BigInt(length + 1)]);
  await expectRevert(send(world, provider, slice(proof, 0, length - 1)), 'ProofTooShort', [BigInt(length), BigInt(length - 1)]);
  await expectRevert(send(world, provider, slice(proof, 0, 100)), 'ProofTooShort', [260n, 100n]);
  await expectRevert(send(world, provider, slice(proof, 0, 3)), 'ProofTooShort', [4n, 3n]);
  await expectRevert(send(world, provider, '0x'), 'ProofTooShort', [4n, 0n]);
  await send(world, provider, proof);
});

inWorld('who holds no slot has nothing to prove', { providers: 5 }, async (world) => {
  await openAgreement(world);
  await poke(world);
  const idle = world.providers[4]!;
  assert.deepEqual(await drawsOf(world, idle), []);
  await expectRevert(send(world, idle, '0x'), 'NothingToProve', [idle.id]);
});

inWorld('a slot that never acknowledged a bundle owes no proof of it', {}, async (world) => {
  const late = world.providers[3]!;
  const agreement = await openAgreement(world);
  await commitBundle(world, agreement, { slots: [0, 1, 2] });
  await goToEpoch(world, 1);
  await poke(world);
  const asked = (await drawsOf(world, late)).filter(({ isVoid }) => !isVoid).length;
  assert.ok(asked > 0);
  assert.equal(size(await proofFor(world, late)), asked * 4, 'only bundle numbers');
  await prove(world, late);
  await prove(world, world.providers[0]!);
});
