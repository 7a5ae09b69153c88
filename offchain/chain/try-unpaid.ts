import { signerAddress } from '../wire/signer.ts';
import { ContractRevertError } from './chain-errors.ts';
import { tokenBalance } from './read-money.ts';
import type { AnySend } from './send.ts';
import type { Chain } from './types.ts';

/** Whether the contract would take `request` with an allowance that is still to come. On the pending block. @throws ContractRevertError, for a lack of tokens too; RpcUnavailableError */
export async function tryUnpaid(chain: Chain, { address, abi, functionName, args, value, what = functionName }: AnySend): Promise<void> {
  const call = { address, abi, functionName, args, value, account: chain.wallet?.account, blockTag: 'pending' };
  try {
    await chain.ask(what, (client) => client.simulateContract(call as unknown as Parameters<typeof client.simulateContract>[0]));
  } catch (error) {
    if (!(error instanceof ContractRevertError && error.errorName === 'ERC20InsufficientAllowance')) throw error;
    await requireBalance(chain, what, error);
  }
}

/** The token looks at the allowance first: without one it does not tell that there are too few tokens. */
async function requireBalance(chain: Chain, what: string, { args: { needed } }: ContractRevertError): Promise<void> {
  if (chain.account === undefined || typeof needed !== 'bigint') return;
  const sender = signerAddress(chain.account);
  const balance = await tokenBalance(chain, sender);
  if (balance < needed) throw new ContractRevertError('ERC20InsufficientBalance', { sender, balance, needed }, what);
}
