import { encodeAbiParameters, hexToNumber, slice } from 'viem';
import type { Hex } from 'viem';
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

/**
 * An EIP-2612 permit over `value` token units for the market, in the form that `open` takes: saves the approval's transaction.
 * @param options.deadline Unix seconds
 */
export async function signPermit(chain: Chain, options: { value: bigint; deadline: number }): Promise<Hex> {
  const { account, deployment } = chain;
  if (account === undefined) throw new ChainError('READ_ONLY', 'A permit needs an account.', { nextStep: 'Open a keystore or connect a wallet.' });
  const owner = signerAddress(account);
  const nonce = await chain.read({ address: deployment.token, abi: tokenAbi, functionName: 'nonces', args: [owner] });
  const data = {
    domain: { name: 'Holdfast', version: '1', chainId: deployment.chainId, verifyingContract: deployment.token },
    types: TYPES,
    primaryType: 'Permit',
    message: { owner, spender: deployment.market, value: options.value, nonce, deadline: BigInt(options.deadline) },
  } as const;
  const signature = expandSignature(await askTyped(account, data));
  return encodeAbiParameters(
    [{ type: 'uint256' }, { type: 'uint8' }, { type: 'bytes32' }, { type: 'bytes32' }],
    [BigInt(options.deadline), hexToNumber(slice(signature, 64)), slice(signature, 0, 32), slice(signature, 32, 64)],
  );
}
