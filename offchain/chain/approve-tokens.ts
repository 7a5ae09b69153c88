import type { Address } from 'viem';
import { signerAddress } from '../wire/typed-data.ts';
import { ChainError } from './chain-errors.ts';
import { tokenAbi } from './generated/abi.ts';
import { exclusively } from './mutex.ts';
import type { Chain } from './types.ts';

/** Lets `spender` take up to `amount` token units; sends nothing when it already may. */
export async function approveTokens(chain: Chain, options: { spender: Address; amount: bigint }): Promise<void> {
  const { token } = chain.deployment;
  if (chain.account === undefined) throw new ChainError('READ_ONLY', 'Approving tokens needs an account.', { nextStep: 'Open a keystore or connect a wallet.' });
  const owner = signerAddress(chain.account);
  const allowed = await chain.read({ address: token, abi: tokenAbi, functionName: 'allowance', args: [owner, options.spender] });
  if (allowed >= options.amount) return;
  await chain.send({ address: token, abi: tokenAbi, functionName: 'approve', args: [options.spender, options.amount] });
}

/** Approves and spends as one: of two that approve at the same time, the second would find what the first one left. Within this process. */
export function withAllowance<T>(chain: Chain, options: { spender: Address; amount: bigint }, spend: () => Promise<T>): Promise<T> {
  const owner = chain.account === undefined ? '' : signerAddress(chain.account);
  return exclusively(`allowance:${chain.deployment.chainId}:${owner}:${options.spender}`.toLowerCase(), async () => {
    await approveTokens(chain, options);
    return spend();
  });
}

export async function transferTokens(chain: Chain, options: { to: Address; amount: bigint }): Promise<void> {
  await chain.send({ address: chain.deployment.token, abi: tokenAbi, functionName: 'transfer', args: [options.to, options.amount] });
}
