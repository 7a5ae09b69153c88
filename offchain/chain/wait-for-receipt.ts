import { BaseError, TransactionReceiptNotFoundError } from 'viem';
import type { Hex, PublicClient, TransactionReceipt } from 'viem';
import { sleep } from '../wire/timing.ts';
import { ChainError, TransactionTimeoutError } from './chain-errors.ts';
import { isTransient } from './translate-error.ts';

const TIMEOUT_MS = 120_000;
/** An RPC node that died, or a reorganisation, may have taken the transaction with it: the same signed bytes are sent again this often. */
const RESEND_MS = 3_000;

export interface Sent {
  readonly hash: Hex;
  /** Absent when a wallet signed it. */
  readonly signed?: Hex;
}

/**
 * The receipt, once the transaction is in a block. An RPC that fails meanwhile is no reason to give up: what was signed here may be in a block by then.
 * @throws TransactionTimeoutError, TRANSACTION_REPLACED
 */
export async function waitForReceipt(ways: { readonly client: PublicClient; readonly pollMs: number }, sent: Sent): Promise<TransactionReceipt> {
  const { client, pollMs } = ways;
  const { hash, signed } = sent;
  if (signed === undefined) return waitForWallet(ways, hash);
  const startMs = performance.now();
  let resentMs = startMs;
  let failure: unknown;
  for (;;) {
    try {
      return await client.getTransactionReceipt({ hash });
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError || (error instanceof BaseError && isTransient(error)))) throw error;
      failure = error;
    }
    const nowMs = performance.now();
    if (nowMs - startMs > TIMEOUT_MS) throw new TransactionTimeoutError(hash, TIMEOUT_MS, failure);
    if (nowMs - resentMs > RESEND_MS) {
      resentMs = nowMs;
      await resend(client, hash, signed);
    }
    await sleep(pollMs);
  }
}

/** Nodes that know it already say so, in words of their own. One answer counts: its nonce was taken by another transaction. */
async function resend(client: PublicClient, hash: Hex, signed: Hex): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: signed });
  } catch (error) {
    if (!/nonce too low|nonce is too low/i.test(error instanceof BaseError ? `${error.shortMessage} ${error.details}` : String(error))) return;
    const isThere = await client.getTransaction({ hash }).then(() => true, (missing: unknown) => missing instanceof BaseError && isTransient(missing));
    if (isThere) return;
    throw new ChainError('TRANSACTION_REPLACED', `Transaction ${hash} gave way to another one with its nonce.`, {
      cause: error,
      retryable: true,
      details: { hash },
      nextStep: 'Another program uses the same key, or an earlier try was mined after all: look at the state, then try again.',
    });
  }
}

/** Its owner may replace it in the wallet. */
async function waitForWallet({ client, pollMs }: { readonly client: PublicClient; readonly pollMs: number }, hash: Hex): Promise<TransactionReceipt> {
  try {
    return await client.waitForTransactionReceipt({ hash, pollingInterval: pollMs, timeout: TIMEOUT_MS });
  } catch (error) {
    const isTimeout = error instanceof BaseError && error.name === 'WaitForTransactionReceiptTimeoutError';
    throw isTimeout ? new TransactionTimeoutError(hash, TIMEOUT_MS, error) : error;
  }
}
