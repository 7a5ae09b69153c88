import { encodeAbiParameters, parseSignature, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { World } from './world.ts';

export interface PermitOptions {
  readonly owner: PrivateKeyAccount;
  readonly value: bigint;
  readonly spender?: Address;
  readonly chainId?: number;
  readonly signer?: PrivateKeyAccount;
}

export interface Permit {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
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
  return { deadline, v: 27 + yParity, r, s };
}

/** As `open` takes it. */
export function encodePermit({ deadline, v, r, s }: Permit): Hex {
  return encodeAbiParameters([{ type: 'uint256' }, { type: 'uint8' }, { type: 'bytes32' }, { type: 'bytes32' }], [deadline, v, r, s]);
}
