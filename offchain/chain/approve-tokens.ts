import type { Address } from 'viem';
import { signerAddress } from '../wire/signer.ts';
import { ChainError } from './chain-errors.ts';
import { tokenAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Token units that `spender` may take of this account. */
export async function readAllowance(chain: Chain, spender: Address): Promise<bigint> {
  if (chain.account === undefined) throw new ChainError('READ_ONLY', 'Approving tokens needs an account.', { nextStep: 'Open a keystore or connect a wallet.' });
  return chain.read({ address: chain.deployment.token, abi: tokenAbi, functionName: 'allowance', args: [signerAddress(chain.account), spender] });
}

/** Lets `spender` take up to `amount` token units; sends nothing when it already may. spend-tokens.ts does this and what the tokens are for together. */
export async function approveTokens(chain: Chain, options: { spender: Address; amount: bigint }): Promise<void> {
  if ((await readAllowance(chain, options.spender)) >= options.amount) return;
  await chain.send({ address: chain.deployment.token, abi: tokenAbi, functionName: 'approve', args: [options.spender, options.amount] });
}

export async function transferTokens(chain: Chain, options: { to: Address; amount: bigint }): Promise<void> {
  await chain.send({ address: chain.deployment.token, abi: tokenAbi, functionName: 'transfer', args: [options.to, options.amount] });
}
