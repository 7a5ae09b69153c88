import { numberToHex, zeroAddress, type Hex } from 'viem';
import type { Permit } from '../../../../offchain/chain/sign-permit.ts';
import { signPermit } from '../life-permit.ts';
import type { World } from '../world.ts';
import { provider, refusal, stranger, type Provocations } from './provocation.ts';

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const token = (world: World, name: string, args: readonly unknown[], from = stranger.address) => world.evm.send(from, world.token, name, args);
const permit = (world: World, { deadline, v, r, s }: Permit, owner = stranger.address, value = 5n) => token(world, 'permit', [owner, world.market.address, value, deadline, v, r, s]);
/** A call in nobody's name: transactions of the zero address do not exist. */
const asNobody = (world: World, name: string) => world.evm.read(world.token, name, [stranger.address, 0n], zeroAddress);

/** Token: transfers, allowances, permits */
export const tokens: Provocations = {
  ERC20InsufficientBalance: async (world) => refusal([stranger.address, 0n, 1n], () => token(world, 'transfer', [world.creator.address, 1n])),
  ERC20InsufficientAllowance: async (world) => {
    const { id } = provider(world);
    return refusal([world.registry.address, 0n, 7n], () => world.evm.send(stranger.address, world.registry, 'addStake', [id, 7n]));
  },
  ERC20InvalidReceiver: async (world) => refusal([zeroAddress], () => token(world, 'transfer', [zeroAddress, 0n])),
  ERC20InvalidSpender: async (world) => refusal([zeroAddress], () => token(world, 'approve', [zeroAddress, 1n])),
  ERC20InvalidSender: async (world) => refusal([zeroAddress], () => asNobody(world, 'transfer')),
  ERC20InvalidApprover: async (world) => refusal([zeroAddress], () => asNobody(world, 'approve')),
  ERC2612ExpiredSignature: async (world) => {
    const signed = await signPermit(world, { owner: stranger, value: 5n });
    await world.evm.goTo(Number(signed.deadline) + 1);
    return refusal([signed.deadline], () => permit(world, signed));
  },
  ERC2612InvalidSigner: async (world) => {
    const signed = await signPermit(world, { owner: stranger, value: 5n, signer: world.creator });
    return refusal([world.creator.address, stranger.address], () => permit(world, signed));
  },
  ECDSAInvalidSignature: async (world) => {
    const signed = await signPermit(world, { owner: stranger, value: 5n });
    return refusal([], () => permit(world, { ...signed, v: 26 }));
  },
  ECDSAInvalidSignatureS: async (world) => {
    const signed = await signPermit(world, { owner: stranger, value: 5n });
    const high: Hex = numberToHex(ORDER - BigInt(signed.s), { size: 32 });
    return refusal([high], () => permit(world, { ...signed, v: signed.v ^ 7, s: high }));
  },
};
