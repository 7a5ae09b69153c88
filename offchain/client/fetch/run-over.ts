/** Jobs over memory that others look at as well. */
import type { JobInput, JobName, JobResult } from '../../codec/jobs/jobs.ts';
import { copyInto } from '../../codec/bytes.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';

/**
 * Runs a job whose buffers stay where they are. Threads that share no memory (of a page that is not cross-origin isolated) take over what they are given, so they get
 * copies, and what the job wrote is copied back.
 * @param writes indices of the buffers that the job changes
 */
export async function runOver<N extends JobName>(pool: WorkerPool, name: N, input: JobInput<N>, writes: readonly number[]): Promise<JobResult<N>> {
  if (pool.sharesMemory || pool.threads === 0) return pool.run(name, input);
  const { buffers }: { readonly buffers: readonly Uint8Array[] } = input;
  const result = await pool.run(name, { ...input, buffers: buffers.map((bytes) => bytes.slice()) });
  for (const i of writes) copyInto(buffers[i] as Uint8Array, result.buffers[i] as Uint8Array);
  return { ...result, buffers };
}
