/** Sends what comes, at the client's speed, but not at any: whoever takes nothing for long is cut off. */
import type { ServerResponse } from 'node:http';
import { pause } from '../../../client/aborting.ts';

export interface SendOptions {
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** The first piece is waited for before the status is out, so that what fails at once is told by it. */
export async function sendStream(response: ServerResponse, status: number, pieces: AsyncGenerator<Uint8Array, void>, { stallMs, signal }: SendOptions): Promise<void> {
  try {
    let next = await pieces.next();
    response.writeHead(status);
    while (!(next.done ?? false)) {
      signal.throwIfAborted();
      if (next.value instanceof Uint8Array && next.value.length > 0 && !response.write(next.value)) await drained(response, stallMs, signal);
      next = await pieces.next();
    }
    response.end();
    await finished(response, stallMs, signal);
  } finally {
    await pieces.return();
  }
}

function drained(response: ServerResponse, stallMs: number, signal: AbortSignal): Promise<void> {
  return until(response, 'drain', stallMs, signal);
}

async function finished(response: ServerResponse, stallMs: number, signal: AbortSignal): Promise<void> {
  if (!response.writableFinished) await until(response, 'finish', stallMs, signal);
}

async function until(response: ServerResponse, event: 'drain' | 'finish', stallMs: number, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, waiting.signal]);
  const happened = new Promise<'happened'>((resolve) => response.once(event, () => resolve('happened')));
  try {
    const late = pause(stallMs, either).then(() => 'late' as const);
    if ((await Promise.race([happened, late])) === 'late') throw new Error(`the client took nothing for ${stallMs / 1_000} s`);
  } finally {
    waiting.abort();
  }
}
