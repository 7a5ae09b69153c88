import { hexToNumber, slice } from 'viem';
import type { Address, Hex } from 'viem';
import { askTyped } from '../wire/ask-typed.ts';
import { expandSignature } from '../wire/compact-signature.ts';
import { signerAddress } from '../wire/signer.ts';
import { ChainError } from './chain-errors.ts';
import { tokenAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

const TYPES = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;

/** An EIP-2612 permit as the token and `permitAndCall` of the contracts take it. */
export interface Permit {
  /** Token units. */
  readonly value: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

/**
 * Lets `spender` take up to `value` token units, in place of what it was allowed before, once somebody brings the permit to the token: saves an approval's transaction.
 * Counts for the token's next number of this account only: of two that are signed at the same time one is worth nothing.
 * @param options.deadline Unix seconds
 * @throws what `askTyped` throws; READ_ONLY
 */
export async function signPermit(chain: Chain, options: { spender: Address; value: bigint; deadline: number }): Promise<Permit> {
  const { account, deployment } = chain;
  if (account === undefined) throw new ChainError('READ_ONLY', 'A permit needs an account.', { nextStep: 'Open a keystore or connect a wallet.' });
  const { spender, value } = options;
  const owner = signerAddress(account);
  const nonce = await chain.read({ address: deployment.token, abi: tokenAbi, functionName: 'nonces', args: [owner] });
  const deadline = BigInt(options.deadline);
  const data = {
    domain: { name: 'Holdfast', version: '1', chainId: deployment.chainId, verifyingContract: deployment.token },
    types: TYPES,
    primaryType: 'Permit',
    message: { owner, spender, value, nonce, deadline },
  } as const;
  const signature = expandSignature(await askTyped(account, data));
  return { value, deadline, v: hexToNumber(slice(signature, 64)), r: slice(signature, 0, 32), s: slice(signature, 32, 64) };
}
