/** Several calls as one act of the wallet, all or nothing (EIP-5792): one question to its owner instead of one for each. */
import { encodeFunctionData } from 'viem';
import type { Hex, TransactionReceipt } from 'viem';
import { WalletUnableError, walletErrorOf } from '../../wire/wallet-errors.ts';
import { ChainError, ContractRevertError, TransactionTimeoutError } from '../chain-errors.ts';
import { translateError } from '../translate-error.ts';
import type { Chain, Wallet } from '../types.ts';
import { waitForReceipt } from '../wait-for-receipt.ts';
import type { AnySend } from '../send.ts';

/** Asked once for each wallet, account and chain: an object stands for all three. */
const answers = new WeakMap<Wallet, Promise<boolean>>();

const TIMEOUT_MS = 300_000;

/** Whether the wallet promises to send several calls as one. One that would have to change its owner's account first is not asked to. */
export function canBatch({ wallet, deployment }: Chain): Promise<boolean> {
  if (wallet?.account?.type !== 'json-rpc') return Promise.resolve(false);
  const known = answers.get(wallet);
  if (known !== undefined) return known;
  const asked = wallet.getCapabilities({ account: wallet.account, chainId: deployment.chainId }).then(
    (capabilities?: { atomic?: { status?: string } | undefined }) => capabilities?.atomic?.status === 'supported',
    () => false,
  );
  answers.set(wallet, asked);
  return asked;
}

/**
 * Sends `requests` in one transaction; the receipt has the events of all. The last one is tried out first; a lack of what those before it bring (an allowance) is not held against it.
 * @throws ContractRevertError, UserRejectedError, WalletUnableError (then nothing was sent, and the calls may be sent one by one), TRANSACTION_REVERTED, TransactionTimeoutError
 */
export async function sendBatch(chain: Chain, requests: readonly AnySend[]): Promise<TransactionReceipt> {
  const { wallet } = chain;
  const last = requests.at(-1);
  if (wallet?.account === undefined || last === undefined) throw new WalletUnableError('sending several calls at once');
  const { account } = wallet;
  await tryOut(chain, last);
  try {
    const calls = requests.map(({ address, abi, functionName, args, value }) => ({ to: address, data: encodeFunctionData({ abi, functionName, args: args ?? [] }), ...(value === undefined ? {} : { value }) }));
    const { id } = await wallet.sendCalls({ account, calls, ...(wallet.chain === undefined ? {} : { chain: wallet.chain }), forceAtomic: true });
    const { status, statusCode, receipts } = await wallet.waitForCallsStatus({ id, pollingInterval: chain.public.pollingInterval, timeout: TIMEOUT_MS });
    const hash = receipts?.at(-1)?.transactionHash;
    if (hash === undefined || status !== 'success') throw refused(last.functionName, { hash, statusCode });
    // The wallet has seen it; the addresses that are read from have to, too.
    return await waitForReceipt({ client: chain.public, pollMs: chain.public.pollingInterval }, { hash });
  } catch (error) {
    if (error instanceof Error && error.name === 'WaitForCallsStatusTimeoutError') throw new TransactionTimeoutError('0x', TIMEOUT_MS, error);
    throw walletErrorOf(error, last.functionName) ?? translateError(error, last.functionName, account.address);
  }
}

async function tryOut(chain: Chain, { address, abi, functionName, args, value }: AnySend): Promise<void> {
  const call = { address, abi, functionName, args, value, account: chain.wallet?.account, blockTag: 'pending' };
  try {
    await chain.ask(functionName, (client) => client.simulateContract(call as unknown as Parameters<typeof client.simulateContract>[0]));
  } catch (error) {
    if (!(error instanceof ContractRevertError && error.errorName === 'ERC20InsufficientAllowance')) throw error;
  }
}

function refused(what: string, { hash, statusCode }: { hash: Hex | undefined; statusCode: number }): ChainError {
  return new ChainError('TRANSACTION_REVERTED', `The wallet's batch for ${what} was not carried out (status ${statusCode}).`, {
    retryable: true,
    details: { hash, statusCode },
    nextStep: 'All or nothing: nothing was done. Try again.',
  });
}
