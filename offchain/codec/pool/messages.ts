/** What travels between a pool and its threads. */
import { type JobInput, type JobName, jobs } from '../jobs/jobs.ts';
import type { Platform } from '../types.ts';

export interface JobMessage {
  readonly id: number;
  readonly name: JobName;
  readonly input: JobInput<JobName>;
}

export type ResultMessage =
  /** `buffers` null: those of the job, which lie in shared memory. */
  | { readonly id: number; readonly result: { readonly buffers: readonly Uint8Array[] | null } }
  | { readonly id: number; readonly failure: string };

/** What has to change hands with these arrays; shared memory does not. */
export function transferList(buffers: readonly Uint8Array[]): ArrayBuffer[] {
  return [...new Set(buffers.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Arrays that may leave this thread: parts of larger buffers are copied, for a transfer takes the whole. */
export function portable(buffers: readonly Uint8Array[]): Uint8Array[] {
  return buffers.map((bytes) => (bytes.buffer instanceof ArrayBuffer && bytes.length !== bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes));
}

/** A thread's side: runs each job that comes and answers. */
export function serveJobs(platform: Platform, post: (message: ResultMessage, transfer: ArrayBuffer[]) => void): (message: JobMessage) => Promise<void> {
  return async ({ id, name, input }) => {
    try {
      const job = jobs[name] as (platform: Platform, input: unknown) => Promise<{ buffers: readonly Uint8Array[] }>;
      const result = await job(platform, input);
      // Shared memory is where it was: only what changed hands goes back.
      const hasMoved = result.buffers.some(({ buffer }) => buffer instanceof ArrayBuffer);
      post({ id, result: hasMoved ? result : { ...result, buffers: null } }, hasMoved ? transferList(result.buffers) : []);
    } catch (error) {
      post({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }, []);
    }
  };
}
