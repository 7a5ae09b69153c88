import { zeroAddress } from 'viem';
import { currentEpoch, TIER, type World } from '../world.ts';
import { provider, refusal, stranger, type Provocations } from './provocation.ts';

const registry = (world: World, name: string, args: readonly unknown[], from = stranger.address) => world.evm.send(from, world.registry, name, args);

/** Registry */
export const nodes: Provocations = {
  BadTier: async (world) => refusal([0], () => registry(world, 'register', [0, 1, 0, stranger.address, ''])),
  ZeroPayout: async (world) => refusal([], () => registry(world, 'register', [TIER.heavy, 1, 0, zeroAddress, ''])),
  ParentNotHeavy: async (world) => refusal([provider(world).id], () => registry(world, 'register', [TIER.standard, 1, provider(world).id, stranger.address, ''])),
  OperatorTaken: async (world) => {
    const { id, operator } = provider(world);
    return refusal([operator.address, id], () => registry(world, 'register', [TIER.heavy, 1, 0, stranger.address, ''], operator.address));
  },
  NoSuchNode: async (world) => refusal([99], () => registry(world, 'addStake', [99, 1n])),
  NotAProvider: async (world) => {
    const [heavy, other] = world.heavies as [NonNullable<World['heavies'][0]>, NonNullable<World['heavies'][0]>];
    return refusal([heavy.id, TIER.heavy], () => registry(world, 'setParent', [heavy.id, other.id], heavy.operator.address));
  },
  NotOperator: async (world) => {
    const { id, operator } = provider(world);
    return refusal([id, stranger.address, operator.address], () => registry(world, 'setEndpoint', [id, 'http://elsewhere']));
  },
  NotPayout: async (world) => {
    const { id, operator, payout } = provider(world);
    return refusal([id, operator.address, payout], () => registry(world, 'setPayout', [id, stranger.address], operator.address));
  },
  NotNamedOperator: async (world) => {
    const { id } = provider(world);
    return refusal([id, stranger.address, zeroAddress], () => registry(world, 'acceptOperator', [id]));
  },
  NotMarket: async (world) => refusal([stranger.address, world.market.address], () => registry(world, 'slash', [provider(world).id, 1n])),
  SafeCastOverflowedUintDowncast: async (world) => refusal([96, 2n ** 96n], () => registry(world, 'addStake', [provider(world).id, 2n ** 96n])),
  StakeTooLow: async (world) => {
    const { id, operator } = provider(world);
    const [stake] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]);
    return refusal([id, stake, stake + 1n], () => registry(world, 'queueWithdrawal', [id, stake + 1n], operator.address));
  },
  NothingQueued: async (world) => refusal([provider(world).id], () => registry(world, 'withdrawStake', [provider(world).id])),
  WithdrawalNotReady: async (world) => {
    const { id, operator } = provider(world);
    await registry(world, 'queueWithdrawal', [id, 1n], operator.address);
    return refusal([id, currentEpoch(world), currentEpoch(world) + 84], () => registry(world, 'withdrawStake', [id]));
  },
};
