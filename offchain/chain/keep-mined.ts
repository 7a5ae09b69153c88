import { BaseError, TransactionReceiptNotFoundError } from 'viem';
import type { PublicClient } from 'viem';
import type { Sent } from './wait-for-receipt.ts';

const LOOK_MS = 3_000;
/** A chain that stands still is not waited for. */
const GIVE_UP_MS = 1_800_000;

/**
 * Looks after a mined transaction until `confirmations` blocks lie on it: what a reorganisation takes out of its block is sent again, the same signed bytes.
 * Works behind the caller's back, holds up no process that wants to end, and never throws.
 */
export function keepMined(client: PublicClient, sent: Sent, confirmations: number): void {
  const { hash, signed } = sent;
  if (signed === undefined || confirmations === 0) return;
  const endMs = performance.now() + GIVE_UP_MS;

  const look = async (): Promise<boolean> => {
    const minedIn = await client.getTransactionReceipt({ hash }).then(({ blockNumber }) => blockNumber, (error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined;
      throw error;
    });
    if (minedIn !== undefined) return (await client.getBlockNumber()) >= minedIn + BigInt(confirmations);
    await client.sendRawTransaction({ serializedTransaction: signed });
    return false;
  };
  const turn = async (): Promise<void> => {
    const isDone = await look().catch((error: unknown) => isTakenOver(error));
    if (!isDone && performance.now() < endMs) schedule();
  };
  const schedule = (): void => {
    const timer = setTimeout(() => void turn(), LOOK_MS);
    if (typeof timer === 'object') timer.unref();
  };
  schedule();
}

/** Its nonce belongs to another transaction by now. Whatever else failed, the next look may find better. */
function isTakenOver(error: unknown): boolean {
  return /nonce too low|nonce is too low/i.test(error instanceof BaseError ? `${error.shortMessage} ${error.details}` : String(error));
}
