/** What became of a batch that a wallet has taken. From there on nothing is sent again by itself: it may have happened. */
import type { TransactionReceipt } from 'viem';
import { ChainError } from '../chain-errors.ts';
import type { Chain, Wallet } from '../types.ts';
import { waitForReceipt } from '../wait-for-receipt.ts';
import { BatchInPartError, BatchUnknownError } from './errors.ts';

/** Codes of EIP-5792. */
const NOT_INCLUDED = 400;
const REVERTED = 500;
const IN_PART = 600;

export interface SentBatch {
  readonly id: string;
  /** What it is for. */
  readonly what: string;
  readonly timeoutMs: number;
}

/** @throws TRANSACTION_REVERTED (nothing was done), BatchInPartError, BatchUnknownError, TransactionTimeoutError */
export async function waitForBatch(chain: Chain, wallet: Wallet, { id, what, timeoutMs }: SentBatch): Promise<TransactionReceipt> {
  const unknown = (reason: string, cause?: unknown): BatchUnknownError => new BatchUnknownError(what, { reason, batch: id, cause });
  const { pollingInterval } = chain.public;
  const { statusCode, receipts = [] } = await wallet.waitForCallsStatus({ id, pollingInterval, timeout: timeoutMs, retryCount: 2 }).catch((error: unknown) => {
    const isLate = error instanceof Error && error.name === 'WaitForCallsStatusTimeoutError';
    throw unknown(isLate ? `and has not finished it after ${timeoutMs / 1_000} s` : 'and cannot tell what became of it', error);
  });
  if (statusCode === NOT_INCLUDED || statusCode === REVERTED) throw undone(what, { statusCode, hash: receipts.at(-1)?.transactionHash });
  if (statusCode === IN_PART) throw new BatchInPartError(what, { batch: id, hashes: receipts.map(({ transactionHash }) => transactionHash) });
  if (statusCode < 200 || statusCode >= 300) throw unknown(`and tells of it what no standard knows (status ${String(statusCode)})`);
  const hash = receipts.at(-1)?.transactionHash;
  if (hash === undefined) throw unknown('says that it was carried out, and not in which transaction');
  // The wallet has seen it; the addresses that are read from have to, too.
  const receipt = await waitForReceipt({ client: chain.public, pollMs: pollingInterval }, { hash });
  if (receipt.status === 'reverted') throw undone(what, { statusCode, hash });
  return receipt;
}

function undone(what: string, details: Readonly<Record<string, unknown>>): ChainError {
  return new ChainError('TRANSACTION_REVERTED', `The wallet's batch for ${what} was not carried out (status ${String(details['statusCode'])}).`, { retryable: true, details, nextStep: 'All or nothing: nothing was done. Try again.' });
}
