import { encodeAbiParameters, encodeFunctionData, getAbiItem, keccak256, toFunctionSelector, zeroAddress, type Abi, type AbiFunction, type Hex } from 'viem';
import { accountOf } from '../evm.ts';
import { parametersOf, type World } from '../world.ts';
import { refusal, stranger, type Provocations } from './provocation.ts';

const governor = accountOf('governor');
const DELAY_SECONDS = 3600;
const ROLE = 1n;
const PUBLIC_ROLE = 2n ** 64n - 1n;
const WEEK_SECONDS = 7 * 86_400;

const selectorOf = (world: World, name: string): Hex => toFunctionSelector(getAbiItem({ abi: world.market.abi as Abi, name }) as AbiFunction);
const asAdmin = (world: World, name: string, args: readonly unknown[]) => world.evm.send(world.treasury.address, world.manager, name, args);
const as = (world: World, from: Hex, name: string, args: readonly unknown[]) => world.evm.send(from, world.manager, name, args);
const change = (world: World): Hex => encodeFunctionData({ abi: world.market.abi, functionName: 'setParameters', args: [parametersOf(world.parameters)] });

/** The governor may set parameters, an hour after saying so. */
async function governed(world: World): Promise<{ call: Hex; operation: Hex; schedule(): Promise<unknown>; set(): Promise<unknown> }> {
  await asAdmin(world, 'setTargetFunctionRole', [world.market.address, [selectorOf(world, 'setParameters')], ROLE]);
  await asAdmin(world, 'grantRole', [ROLE, governor.address, DELAY_SECONDS]);
  const call = change(world);
  const operation = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'address' }, { type: 'bytes' }], [governor.address, world.market.address, call]));
  return {
    call,
    operation,
    schedule: () => as(world, governor.address, 'schedule', [world.market.address, call, 0]),
    set: () => world.evm.send(governor.address, world.market, 'setParameters', [parametersOf(world.parameters)]),
  };
}

/** Manager, and the market as what it manages */
export const manager: Provocations = {
  AccessManagedUnauthorized: async (world) => refusal([stranger.address], () => world.evm.send(stranger.address, world.market, 'setParameters', [parametersOf(world.parameters)])),
  AccessManagedInvalidAuthority: async (world) => refusal([stranger.address], () => asAdmin(world, 'updateAuthority', [world.market.address, stranger.address])),
  AccessManagerNotScheduled: async (world) => {
    const { operation, set } = await governed(world);
    return refusal([operation], set);
  },
  AccessManagerNotReady: async (world) => {
    const { operation, schedule, set } = await governed(world);
    await schedule();
    return refusal([operation], set);
  },
  AccessManagerAlreadyScheduled: async (world) => {
    const { operation, schedule } = await governed(world);
    await schedule();
    return refusal([operation], schedule);
  },
  AccessManagerExpired: async (world) => {
    const { operation, schedule, set } = await governed(world);
    await schedule();
    await world.evm.goTo(world.evm.now() + DELAY_SECONDS + WEEK_SECONDS);
    return refusal([operation], set);
  },
  AccessManagerUnauthorizedCall: async (world) =>
    refusal([stranger.address, world.market.address, selectorOf(world, 'setParameters')], () => as(world, stranger.address, 'execute', [world.market.address, change(world)])),
  AccessManagerUnauthorizedCancel: async (world) => {
    const { call, schedule } = await governed(world);
    await schedule();
    return refusal([stranger.address, governor.address, world.market.address, selectorOf(world, 'setParameters')], () =>
      as(world, stranger.address, 'cancel', [governor.address, world.market.address, call]));
  },
  /** The market as the caller: it is not in the middle of a restricted call. */
  AccessManagerUnauthorizedConsume: async (world) => refusal([world.market.address], () => as(world, world.market.address, 'consumeScheduledOp', [governor.address, change(world)])),
  AccessManagerUnauthorizedAccount: async (world) => refusal([stranger.address, 0n], () => as(world, stranger.address, 'grantRole', [ROLE, stranger.address, 0])),
  AccessManagerBadConfirmation: async (world) => refusal([], () => as(world, stranger.address, 'renounceRole', [ROLE, world.creator.address])),
  AccessManagerLockedRole: async (world) => refusal([PUBLIC_ROLE], () => asAdmin(world, 'grantRole', [PUBLIC_ROLE, stranger.address, 0])),
  AccessManagerLockedFunction: async (world) => {
    const selector = selectorOf(world, 'setAuthority');
    return refusal([selector], () => asAdmin(world, 'setTargetFunctionRole', [world.market.address, [selector], ROLE]));
  },
  AccessManagerInvalidInitialAdmin: async (world) => refusal([zeroAddress], () => world.evm.deploy('Manager', [zeroAddress])),
  /** An administrator's call to an account without code. */
  AddressEmptyCode: async (world) => refusal([stranger.address], () => asAdmin(world, 'execute', [stranger.address, '0x12345678'])),
};
