import { custom } from 'viem';
import { walletErrorOf } from '../../wire/wallet-errors.ts';
import type { Eip1193Provider } from './eip1193.ts';
import { WalletSilentError } from './errors.ts';

/** What a wallet answers without asking anybody: it has this long. Windows wait for people as long as they like. */
const SILENT_MS = 20_000;
const WITHOUT_WINDOW = new Set(['eth_chainId', 'eth_accounts']);

/** A question to the wallet, with our errors. @throws WalletSilentError, and those of wire/wallet-errors.ts */
export async function askWallet(provider: Eip1193Provider, method: string, params?: unknown): Promise<unknown> {
  const { request } = custom({ request: (args: { method: string; params?: unknown }) => provider.request(args) }, { retryCount: 0 })({});
  try {
    return await inTime(method, request({ method, ...(params === undefined ? {} : { params }) } as never));
  } catch (error) {
    throw walletErrorOf(error, 'Connecting the wallet') ?? error;
  }
}

async function inTime<T>(method: string, answer: Promise<T>): Promise<T> {
  if (!WITHOUT_WINDOW.has(method)) return answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new WalletSilentError(method)), SILENT_MS);
  });
  return Promise.race([answer, limit]).finally(() => clearTimeout(timer));
}
