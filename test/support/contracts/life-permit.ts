import { encodeFunctionData, parseSignature, zeroHash, type Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { Permit } from '../../../offchain/chain/sign-permit.ts';
import type { Contract, Receipt } from './evm.ts';
import type { World } from './world.ts';

export interface PermitOptions {
  readonly owner: PrivateKeyAccount;
  readonly value: bigint;
  readonly spender?: Address;
  readonly chainId?: number;
  readonly signer?: PrivateKeyAccount;
}

const FIELDS = [
  { name: 'owner', type: 'address' }, { name: 'spender', type: 'address' }, { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' }, { name: 'deadline', type: 'uint256' },
] as const;

/** The owner's EIP-2612 permit, by default for the market. */
export async function signPermit(world: World, { owner, value, spender = world.market.address, chainId = world.evm.chainId, signer = owner }: PermitOptions): Promise<Permit> {
  const nonce = await world.evm.read<bigint>(world.token, 'nonces', [owner.address]);
  const deadline = BigInt((await world.evm.now()) + 3600);
  const signature = await signer.signTypedData({
    domain: { name: 'Holdfast', version: '1', chainId, verifyingContract: world.token.address },
    types: { Permit: FIELDS },
    primaryType: 'Permit',
    message: { owner: owner.address, spender, value, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { value, deadline, v: 27 + yParity, r, s };
}

/** Nobody's. */
export const WORTHLESS: Permit = { value: 1n, deadline: 1n, v: 27, r: zeroHash, s: zeroHash };

/** An act of a contract. */
export interface Act {
  readonly to: Contract;
  readonly name: string;
  readonly args?: readonly unknown[];
}

/** The arguments of `permitAndCall`. */
export function behind({ value, deadline, v, r, s }: Permit, { to, name, args = [] }: Act): readonly unknown[] {
  return [value, deadline, v, r, s, encodeFunctionData({ abi: to.abi, functionName: name, args })];
}

/** Sends an act behind a permit. */
export function sendPermitted(world: World, from: Address, permit: Permit, act: Act): Promise<Receipt> {
  return world.evm.send(from, act.to, 'permitAndCall', behind(permit, act));
}
