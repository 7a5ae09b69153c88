/** Several calls as one act of the wallet, all or nothing (EIP-5792): one question to its owner instead of one for each. */
import { encodeFunctionData } from 'viem';
import type { TransactionReceipt } from 'viem';
import { within } from '../../wire/timing.ts';
import { WalletUnableError, walletErrorOf } from '../../wire/wallet-errors.ts';
import { translateError } from '../translate-error.ts';
import type { Chain, Wallet } from '../types.ts';
import type { AnySend } from '../send.ts';
import { tryUnpaid } from '../try-unpaid.ts';
import { waitForBatch } from './batch-outcome.ts';
import { BatchUnknownError } from './errors.ts';

/** Asked once for each wallet, account and chain: an object stands for all three. */
const answers = new WeakMap<Wallet, Promise<boolean>>();

/** What a wallet is can be said at once: one that is silent is asked for one thing after the other. */
const CAPABILITIES_MS = 5_000;
const TIMEOUT_MS = 300_000;

/** Whether the wallet promises to send several calls as one. One that would have to change its owner's account first is not asked to. */
export function canBatch({ wallet, deployment }: Chain): Promise<boolean> {
  if (wallet?.account?.type !== 'json-rpc') return Promise.resolve(false);
  const known = answers.get(wallet);
  if (known !== undefined) return known;
  const asked = within(wallet.getCapabilities({ account: wallet.account, chainId: deployment.chainId }), CAPABILITIES_MS).then(
    (capabilities?: { atomic?: { status?: string } | undefined }) => capabilities?.atomic?.status === 'supported',
    () => false,
  );
  answers.set(wallet, asked);
  return asked;
}

/**
 * Sends `requests` in one transaction; the receipt has the events of all. The last one is tried out first; a lack of what those before it bring (an allowance) is not held against it.
 * @throws ContractRevertError, UserRejectedError, WalletUnableError (then nothing was sent, and the calls may be sent one by one); when the wallet took it, what `waitForBatch` throws
 */
export async function sendBatch(chain: Chain, requests: readonly AnySend[], { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<TransactionReceipt> {
  const { wallet } = chain;
  const last = requests.at(-1);
  if (wallet?.account === undefined || last === undefined) throw new WalletUnableError('sending several calls at once');
  const { functionName: what } = last;
  await tryUnpaid(chain, last);
  return waitForBatch(chain, wallet, { id: await give(wallet, requests, what), what, timeoutMs });
}

/** Only what fails here was not sent. */
async function give(wallet: Wallet, requests: readonly AnySend[], what: string): Promise<string> {
  const account = wallet.account ?? null;
  const calls = requests.map(({ address, abi, functionName, args, value }) => ({ to: address, data: encodeFunctionData({ abi, functionName, args: args ?? [] }), ...(value === undefined ? {} : { value }) }));
  const taken: { id?: unknown } | null = await wallet.sendCalls({ account, calls, ...(wallet.chain === undefined ? {} : { chain: wallet.chain }), forceAtomic: true }).catch((error: unknown) => {
    throw walletErrorOf(error, what) ?? translateError(error, what, account?.address);
  });
  if (typeof taken?.id !== 'string' || taken.id === '') throw new BatchUnknownError(what, { reason: 'and gave it no name', batch: taken });
  return taken.id;
}
