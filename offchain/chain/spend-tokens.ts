import type { Abi, Address, ContractFunctionName, TransactionReceipt } from 'viem';
import { signerAddress } from '../wire/signer.ts';
import { WalletUnableError } from '../wire/wallet-errors.ts';
import { approveTokens, readAllowance } from './approve-tokens.ts';
import { tokenAbi } from './generated/abi.ts';
import { exclusively } from './mutex.ts';
import type { AnySend } from './send.ts';
import type { Chain, SendRequest } from './types.ts';
import { canBatch, sendBatch } from './wallet/batch.ts';

/**
 * A transaction in which `spender` takes up to `amount` token units. Where it may not yet, that is approved first: in one question to the wallet where it can send both as one.
 * Approves and spends as one within this process: of two that approve at the same time, the second would find what the first one left.
 */
export function spendTokens<const A extends Abi, F extends ContractFunctionName<A, 'nonpayable' | 'payable'>>(
  chain: Chain,
  { spender, amount }: { spender: Address; amount: bigint },
  request: SendRequest<A, F>,
): Promise<TransactionReceipt> {
  const owner = chain.account === undefined ? '' : signerAddress(chain.account);
  return exclusively(`allowance:${chain.deployment.chainId}:${owner}:${spender}`.toLowerCase(), async () => {
    if ((await readAllowance(chain, spender)) >= amount) return chain.send(request);
    if (await canBatch(chain)) {
      try {
        return await sendBatch(chain, [{ address: chain.deployment.token, abi: tokenAbi, functionName: 'approve', args: [spender, amount] }, request as unknown as AnySend]);
      } catch (error) {
        if (!(error instanceof WalletUnableError)) throw error;
      }
    }
    await approveTokens(chain, { spender, amount });
    return chain.send(request);
  });
}
