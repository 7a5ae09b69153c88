import assert from 'node:assert/strict';
import { concatHex, zeroHash, type Hex } from 'viem';
import { openAgreement } from '../support/contracts/agreements.ts';
import { branches } from '../support/contracts/branches.ts';
import { bitmap, commitBundle, signReceipts } from '../support/contracts/bundles.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { drawsOf, poke, proofFor, prove, runEpochs } from '../support/contracts/proofs.ts';
import { goToEpoch, type World } from '../support/contracts/world.ts';

const stranger = accountOf('stranger').address;
const act = (world: World, name: string, args: readonly unknown[], from = world.creator.address) => () => world.evm.send(from, world.market, name, args);
const empty = (count: number): Hex => concatHex(Array.from({ length: 2 * count }, () => zeroHash));
const committing = (batches: number, slots: bigint, receipts: Hex) => async (world: World) => act(world, 'commit', [(await openAgreement(world)).id, zeroHash, batches, slots, receipts]);

branches('commit', {
  'when the caller is neither creator nor session key -> it reverts NotCreator': async (world) => act(world, 'commit', [(await openAgreement(world)).id, zeroHash, 1, 7n, '0x'], stranger),
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    return act(world, 'commit', [id, zeroHash, 1, 7n, '0x']);
  },
  'when the bundle is empty -> it reverts EmptyBundle': committing(0, 7n, '0x'),
  'when the quota is full -> it reverts QuotaExceeded': committing(11, 7n, '0x'),
  'when fewer than k + (m+1)/2 slots are named -> it reverts TooFewReceipts': committing(1, 3n, empty(2)),
  'when there are fewer signatures than slots -> it reverts BadReceipts': committing(1, 7n, empty(2)),
  'when a slot beyond the scheme is named -> it reverts BadReceipts': committing(1, 0b10011n, empty(3)),
  'when a signature is no one\'s -> it reverts BadSignature': committing(1, 7n, empty(3)),
  'when a named slot is vacant -> it reverts BadSignature': async (world) => {
    const { id } = await openAgreement(world);
    const receipts = await signReceipts(world, { agreement: id, bundle: 0, root: zeroHash, batches: 1 }, [0, 1, 2]);
    await act(world, 'surrender', [id, 0], world.providers[0]!.operator.address)();
    return act(world, 'commit', [id, zeroHash, 1, 7n, receipts]);
  },
  'when exactly the quorum signed and exactly the quota is used -> it commits': async (world) => {
    const agreement = await openAgreement(world);
    await commitBundle(world, agreement, { batches: 10, slots: [1, 2, 3] });
    const { acknowledged } = await world.evm.read<{ acknowledged: bigint }>(world.market, 'bundleOf', [agreement.id, 0]);
    assert.equal(acknowledged, bitmap([1, 2, 3]));
  },
  'when two bundles come in one epoch -> draws of that epoch see neither': async (world) => {
    const agreement = await openAgreement(world);
    await commitBundle(world, agreement, { batches: 2 });
    await commitBundle(world, agreement, { batches: 3 });
    const { batches, batchesBefore } = await world.evm.read<{ batches: number; batchesBefore: number }>(world.market, 'agreementOf', [agreement.id]);
    assert.deepEqual([batches, batchesBefore], [5, 0]);
    await poke(world);
    assert.equal(await proofFor(world, world.providers[0]!), '0x');
  },
});

const withBundle = async (world: World) => {
  const agreement = await openAgreement(world);
  await commitBundle(world, agreement, { slots: [0, 1, 2] });
  return agreement;
};

branches('acknowledge', {
  'when there is no such bundle -> it reverts NoSuchBundle': async (world) => act(world, 'acknowledge', [(await withBundle(world)).id, 1, 3, empty(1)]),
  'when there is no such slot -> it reverts NoSuchSlot': async (world) => act(world, 'acknowledge', [(await withBundle(world)).id, 0, 4, empty(1)]),
  'when the receipt has not 64 bytes -> it reverts BadReceipts': async (world) => act(world, 'acknowledge', [(await withBundle(world)).id, 0, 3, `${empty(1)}00`]),
  'when the slot has acknowledged -> it reverts AlreadyAcknowledged': async (world) => act(world, 'acknowledge', [(await withBundle(world)).id, 0, 0, empty(1)]),
  'when the receipt is somebody else\'s -> it reverts BadSignature': async (world) => act(world, 'acknowledge', [(await withBundle(world)).id, 0, 3, empty(1)]),
  'when the operator signed -> anybody may send it': async (world) => {
    const { id } = await withBundle(world);
    const { root } = await world.evm.read<{ root: Hex }>(world.market, 'bundleOf', [id, 0]);
    await act(world, 'acknowledge', [id, 0, 3, await signReceipts(world, { agreement: id, bundle: 0, root, batches: 1 }, [3])], stranger)();
    assert.equal((await world.evm.read<{ acknowledged: bigint }>(world.market, 'bundleOf', [id, 0])).acknowledged, 15n);
  },
});

branches('retire', {
  'when the caller is neither creator nor session key -> it reverts NotCreator': async (world) => act(world, 'retire', [(await withBundle(world)).id, 0], stranger),
  'when the agreement is locked -> it reverts AgreementLocked': async (world) => {
    const { id } = await withBundle(world);
    await act(world, 'lock', [id])();
    return act(world, 'retire', [id, 0]);
  },
  'when there is no such bundle -> it reverts NoSuchBundle': async (world) => act(world, 'retire', [(await withBundle(world)).id, 1]),
  'when it was retired -> it reverts AlreadyRetired': async (world) => {
    const { id } = await withBundle(world);
    await act(world, 'retire', [id, 0])();
    return act(world, 'retire', [id, 0]);
  },
});

const proving = (world: World, proof: Hex) => act(world, 'prove', [world.providers[0]!.id, proof]);

branches('poke, prove', {
  'when nobody has poked -> it reverts SeedUnknown': async (world) => proving(world, '0x'),
  'when the provider holds nothing -> it reverts NothingToProve': async (world) => {
    await poke(world);
    return proving(world, '0x');
  },
  'when the provider does not exist -> it reverts NothingToProve': async (world) => {
    await poke(world);
    return act(world, 'prove', [99, '0x']);
  },
  'when it has proven -> it reverts AlreadyProven': async (world) => {
    await openAgreement(world);
    await poke(world);
    await proving(world, '0x')();
    return proving(world, '0x');
  },
  'when all agreements are empty -> an empty proof counts': async (world) => {
    await openAgreement(world);
    await poke(world);
    await proving(world, '0x')();
    assert.equal(await world.evm.read(world.market, 'hasProved', [world.providers[0]!.id, 0]), true);
  },
  'when all agreements are empty and bytes are sent -> it reverts ProofTooLong': async (world) => {
    await openAgreement(world);
    await poke(world);
    return proving(world, '0x00');
  },
  'when the bundle\'s number is cut off -> it reverts ProofTooShort': async (world) => {
    await withBundle(world);
    await goToEpoch(world, 1);
    await poke(world);
    return proving(world, '0x0000');
  },
  'when the leaf is cut off -> it reverts ProofTooShort': async (world) => {
    await withBundle(world);
    await goToEpoch(world, 1);
    await poke(world);
    return proving(world, (await proofFor(world, world.providers[0]!)).slice(0, 2 + 2 * 100) as Hex);
  },
  'when the path is cut off -> it reverts ProofTooShort': async (world) => {
    await withBundle(world);
    await goToEpoch(world, 1);
    await poke(world);
    return proving(world, (await proofFor(world, world.providers[0]!)).slice(0, -2) as Hex);
  },
  'when a bundle is named that does not hold the batch -> it reverts WrongBundle': async (world) => {
    await withBundle(world);
    await goToEpoch(world, 1);
    await poke(world);
    return proving(world, '0xffffffff');
  },
  'when a later bundle is named -> it reverts WrongBundle': async (world) => {
    const agreement = await openAgreement(world, { periods: 9 });
    await commitBundle(world, agreement, { batches: 5 });
    await commitBundle(world, agreement, { batches: 5 });
    for (let epoch = 1; ; epoch += 1) {
      await goToEpoch(world, epoch);
      await poke(world);
      const [draw] = await drawsOf(world, world.providers[0]!);
      if (draw!.bundles[0] === 0) return proving(world, '0x00000001');
    }
  },
  'when another provider\'s proof is sent -> it reverts InvalidPath': async (world) => {
    await withBundle(world);
    await goToEpoch(world, 1);
    await poke(world);
    return proving(world, await proofFor(world, world.providers[1]!));
  },
  'when everything has ended -> it reverts PruneFirst': async (world) => {
    const { endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    await poke(world);
    return proving(world, '0x');
  },
  'when the operator gave the open draw up -> it reverts NothingToProve': async (world) => {
    const { id } = await withBundle(world);
    await openAgreement(world);
    await goToEpoch(world, 1);
    await poke(world);
    await act(world, 'surrender', [id, 0], world.providers[0]!.operator.address)();
    return proving(world, '0x');
  },
});

branches('proveMany', {
  'when the lists differ in length -> it reverts LengthsDiffer': async (world) => act(world, 'proveMany', [[1, 2], ['0x']]),
  'when the lists are empty -> nothing is proven': async (world) => assert.equal(await world.evm.read(world.market, 'proveMany', [[], []]), 0n),
  'when one is proven already -> the others count': async (world) => {
    await openAgreement(world);
    await poke(world);
    await prove(world, world.providers[0]!);
    const ids = world.providers.slice(0, 3).map(({ id }) => id);
    assert.equal(await world.evm.read(world.market, 'proveMany', [ids, ids.map(() => '0x')]), 6n);
  },
});

branches('reportMisses', {
  'when the period is running -> it reverts CannotReport': async (world) => act(world, 'reportMisses', [[1], 0]),
  'when the period is long past -> it reverts CannotReport': async (world) => {
    await goToEpoch(world, 12);
    return act(world, 'reportMisses', [[1], 0]);
  },
  'when misses are within the allowance -> nothing happens and a later report may come': async (world) => {
    const { id } = world.providers[0]!;
    await openAgreement(world, { periods: 3 });
    await runEpochs(world, 1, 5, world.providers.slice(0, 1));
    await goToEpoch(world, 6);
    assert.equal((await act(world, 'reportMisses', [[id], 0])()).logs.length, 0);
    assert.equal(await world.evm.read(world.market, 'isReported', [id, 0]), false);
  },
  'when misses are beyond it -> they are reported once': async (world) => {
    const { id } = world.providers[0]!;
    await openAgreement(world, { periods: 3 });
    await runEpochs(world, 1, 4, world.providers.slice(0, 1));
    await goToEpoch(world, 6);
    await act(world, 'reportMisses', [[id], 0])();
    assert.equal(await world.evm.read(world.market, 'isReported', [id, 0]), true);
  },
});
