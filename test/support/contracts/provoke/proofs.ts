import { concatHex, size, zeroHash, type Hex } from 'viem';
import { commitBundle } from '../bundles.ts';
import { drawsOf, poke, proofFor, prove } from '../proofs.ts';
import { goToEpoch, type World } from '../world.ts';
import { drawn, market, openSmall, provider, refusal, SIGNATURE, type Provocations } from './provocation.ts';

const proveRaw = (world: World, proof: Hex) => market(world, 'prove', [provider(world).id, proof]);

/** commit, acknowledge, retire, poke, prove, proveMany */
export const proofs: Provocations = {
  EmptyBundle: async (world) => {
    const { id } = await openSmall(world);
    return refusal([], () => market(world, 'commit', [id, zeroHash, 0, 15n, '0x']));
  },
  QuotaExceeded: async (world) => {
    const { id } = await openSmall(world);
    return refusal([id, 11n, 10n], () => market(world, 'commit', [id, zeroHash, 11, 15n, '0x']));
  },
  TooFewReceipts: async (world) => {
    const { id } = await openSmall(world);
    return refusal([2n, 3n], () => market(world, 'commit', [id, zeroHash, 1, 3n, concatHex([SIGNATURE, SIGNATURE])]));
  },
  BadReceipts: async (world) => {
    const { id } = await openSmall(world);
    return refusal([15n, 64n], () => market(world, 'commit', [id, zeroHash, 1, 15n, SIGNATURE]));
  },
  NoSuchBundle: async (world) => {
    const { id } = await openSmall(world);
    return refusal([id, 0, 0], () => market(world, 'acknowledge', [id, 0, 0, SIGNATURE]));
  },
  NoSuchSlot: async (world) => {
    const { id } = await drawn(world);
    return refusal([id, 4n], () => market(world, 'acknowledge', [id, 0, 4, SIGNATURE]));
  },
  AlreadyAcknowledged: async (world) => {
    const { id } = await drawn(world);
    return refusal([id, 0, 0n], () => market(world, 'acknowledge', [id, 0, 0, SIGNATURE]));
  },
  AlreadyRetired: async (world) => {
    const { id } = await drawn(world);
    await market(world, 'retire', [id, 0]);
    return refusal([id, 0], () => market(world, 'retire', [id, 0]));
  },
  SeedUnknown: async (world) => refusal([0], () => proveRaw(world, '0x')),
  NothingToProve: async (world) => {
    await poke(world);
    return refusal([provider(world).id], () => proveRaw(world, '0x'));
  },
  AlreadyProven: async (world) => {
    await drawn(world);
    await prove(world, provider(world));
    return refusal([provider(world).id, 1], () => proveRaw(world, '0x'));
  },
  ProofTooShort: async (world) => {
    await drawn(world);
    return refusal([4n, 3n], () => proveRaw(world, '0x000000'));
  },
  WrongBundle: async (world) => {
    await drawn(world);
    const [first] = await drawsOf(world, provider(world));
    return refusal([0n, 1, BigInt(first!.batch)], () => proveRaw(world, '0x00000001'));
  },
  InvalidPath: async (world) => {
    await drawn(world);
    const proof = await proofFor(world, provider(world));
    const last = (Number.parseInt(proof.slice(-2), 16) ^ 1).toString(16).padStart(2, '0');
    return refusal([4n], () => proveRaw(world, `${proof.slice(0, -2)}${last}` as Hex));
  },
  ProofTooLong: async (world) => {
    await drawn(world);
    const proof = await proofFor(world, provider(world));
    return refusal([BigInt(size(proof)), BigInt(size(proof)) + 1n], () => proveRaw(world, concatHex([proof, '0x00'])));
  },
  PruneFirst: async (world) => {
    const { endEpoch } = await openSmall(world, { periods: 1 });
    await goToEpoch(world, endEpoch);
    await poke(world);
    return refusal([provider(world).id, 0n], () => proveRaw(world, '0x'));
  },
  LengthsDiffer: async (world) => refusal([1n, 0n], () => market(world, 'proveMany', [[provider(world).id], []])),
  NotAcknowledged: async (world) => {
    const agreement = await openSmall(world);
    await commitBundle(world, agreement, { slots: [0, 1, 2] });
    return refusal([agreement.id, 0, 3n], () => market(world, 'challenge', [agreement.id, 3, 0, 0, 0]));
  },
};
