import type { Abi, Address, ContractFunctionName, TransactionReceipt } from 'viem';
import { signerAddress } from '../wire/signer.ts';
import { WalletUnableError } from '../wire/wallet-errors.ts';
import { approveTokens, readAllowance } from './approve-tokens.ts';
import { tokenAbi } from './generated/abi.ts';
import { exclusively } from './mutex.ts';
import type { AnySend } from './send.ts';
import { spendPermitted } from './spend-permitted.ts';
import { tryUnpaid } from './try-unpaid.ts';
import type { Chain, SendRequest } from './types.ts';
import { canBatch, sendBatch } from './wallet/batch.ts';

/**
 * A transaction in which `spender` takes up to `amount` token units, with as few questions to the wallet as it allows: none but the transaction where the allowance is there already; approval and
 * act as one where the wallet sends batches; else a permit (a signature, no transaction) and the act; where the account signs none, an approval and the act. What the contract would refuse
 * for another reason than the missing allowance is found out before anybody is asked.
 * One after the other for each account within this process: of two that allow at the same time, the second would find what the first one left, and permits are numbered.
 * @param options.signal until the transaction is sent
 */
export function spendTokens<const A extends Abi, F extends ContractFunctionName<A, 'nonpayable' | 'payable'>>(
  chain: Chain,
  options: { spender: Address; amount: bigint; signal?: AbortSignal | undefined },
  request: SendRequest<A, F>,
): Promise<TransactionReceipt> {
  const { spender, amount, signal } = options;
  const owner = chain.account === undefined ? '' : signerAddress(chain.account);
  return exclusively(`allowance:${chain.deployment.chainId}:${owner}`.toLowerCase(), async () => {
    signal?.throwIfAborted();
    const act = request as unknown as AnySend;
    if ((await readAllowance(chain, spender)) >= amount) return chain.send(request);
    if (await canBatch(chain)) {
      try {
        return await sendBatch(chain, [{ address: chain.deployment.token, abi: tokenAbi, functionName: 'approve', args: [spender, amount] }, act]);
      } catch (error) {
        if (!(error instanceof WalletUnableError)) throw error;
      }
    }
    await tryUnpaid(chain, act);
    const receipt = await spendPermitted(chain, options, act);
    if (receipt !== undefined) return receipt;
    await approveTokens(chain, { spender, amount });
    signal?.throwIfAborted();
    return chain.send(request);
  });
}
