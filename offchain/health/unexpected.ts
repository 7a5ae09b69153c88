/**
 * What nobody caught. A rejected promise that was forgotten is a fault of this program and no reason to stop serving: it is logged and
 * told as a cause for an hour. An exception that nobody caught may have left anything half done, and what is on the disk survives a kill at
 * any instant: the process ends, and its supervisor starts it anew. But a broken connection, which some library let through, ends nothing.
 */
import type { Logger } from '../store/log.ts';
import type { Fact } from './fact.ts';
import { reasonOf } from './fact.ts';

const TOLD_MS = 3_600_000;
const NETWORK = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_DESTROYED', 'UND_ERR_SOCKET']);

let last: { readonly atMs: number; readonly sentence: string } | undefined;

/** Once per process. `end` is called with an exception after which the process must not go on. */
export function guardProcess(options: { readonly log: Logger; readonly end: (error: unknown) => void }): void {
  const { log, end } = options;
  const note = (event: string, error: unknown): void => {
    last = { atMs: Date.now(), sentence: `Something failed that nobody waited for: ${reasonOf(error)}` };
    log.error(event, { error, stack: error instanceof Error ? error.stack : undefined });
  };
  process.on('unhandledRejection', (error) => note('process.unhandled-rejection', error));
  process.on('uncaughtException', (error) => {
    note('process.uncaught-exception', error);
    if (!isNetwork(error)) end(error);
  });
}

export function isNetwork(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NETWORK.has(String(error.code));
}

export function unexpectedFacts(nowMs: number): Fact[] {
  return last === undefined || nowMs - last.atMs > TOLD_MS ? [] : [{ code: 'UNEXPECTED_ERROR', sentence: last.sentence }];
}
