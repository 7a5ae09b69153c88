import { concatHex, zeroHash, type Hex } from 'viem';
import { openAgreement, type OpenedAgreement, type OpenOptions } from '../agreements.ts';
import { commitBundle } from '../bundles.ts';
import { accountOf, type Contract } from '../evm.ts';
import { poke } from '../proofs.ts';
import { goToEpoch, TOKEN, type NodeActor, type World, type WorldOptions } from '../world.ts';

/** The call that must revert, and the arguments that its error must carry; a function is asked after the call. */
export interface Refusal {
  readonly args: readonly unknown[] | (() => readonly unknown[]);
  readonly call: () => Promise<unknown>;
}

/** Brings the world to where the call is refused. */
export type Act = (world: World) => Promise<Refusal>;

export interface Provocation {
  readonly options: WorldOptions;
  readonly act: Act;
}

/** Error name => how to cause it. */
export type Provocations = Readonly<Record<string, Act | Provocation>>;

/** A thousandth of a token per batch and epoch. */
export const PRICE = TOKEN / 1000n;
/** Rent of a slot of `openSmall`: ten batches. */
export const RENT = 10n * PRICE;
export const SIGNATURE: Hex = concatHex([zeroHash, zeroHash]);
export const FIVE: WorldOptions = { providers: 5 };
export const stranger = accountOf('stranger');

export const refusal = (args: Refusal['args'], call: () => Promise<unknown>): Refusal => ({ args, call });
export const market = (world: World, name: string, args: readonly unknown[], from = world.creator.address) => world.evm.send(from, world.market, name, args);
export const provider = (world: World, i = 0): NodeActor => world.providers[i]!;

export function openSmall(world: World, options: OpenOptions = {}): Promise<OpenedAgreement> {
  return openAgreement(world, { price: PRICE, ...options });
}

/** An agreement of the first four providers with one bundle, in the epoch after it, seed fixed. */
export async function drawn(world: World): Promise<OpenedAgreement> {
  const agreement = await openSmall(world);
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  return agreement;
}

/** Nobody has proven for `faultRun` epochs; provider 4 holds nothing and could take over. */
export async function faulted(world: World): Promise<{ agreement: OpenedAgreement; successor: NodeActor }> {
  const agreement = await openSmall(world);
  await goToEpoch(world, 1 + world.parameters.faultRun);
  return { agreement, successor: provider(world, 4) };
}

/** Tokens for an account, and its leave for `spender` to take them. */
export async function equip(world: World, account: Hex, spender: Contract, amount = 1000n * TOKEN): Promise<void> {
  await world.evm.send(world.treasury.address, world.token, 'transfer', [account, amount]);
  await world.evm.send(account, world.token, 'approve', [spender.address, amount]);
}
