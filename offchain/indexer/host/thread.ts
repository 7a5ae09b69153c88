/** The mappings' thread as the follower knows it: one that ended is replaced at the next run. */
import type { HostAnswers } from './messages.ts';
import { OneThread } from './one-thread.ts';
import type { ThreadSetup } from './one-thread.ts';
import type { BatchResult, IndexedBlock } from './types.ts';

export interface MappingThread {
  /** One batch at a time. @throws HostUnavailableError, ThreadEndedError: `forget`, and do it again later */
  run(blocks: readonly IndexedBlock[]): Promise<BatchResult>;
  /** `empty`: types that the database has no entity of. */
  forget(empty: readonly string[]): void;
  close(): Promise<void>;
}

/** `stallMs`: an event that takes longer ends the thread. @throws MappingError when the code does not fit its manifest */
export async function startMappingThread(setup: ThreadSetup, answers: HostAnswers, { stallMs }: { readonly stallMs: number }): Promise<MappingThread> {
  let thread = await OneThread.start(setup, answers);
  /** What a new thread is told first. */
  let empty: readonly string[] = [];
  let isClosed = false;
  return {
    async run(blocks) {
      if (thread.hasEnded && !isClosed) {
        await thread.close();
        thread = await OneThread.start(setup, answers);
        thread.send({ kind: 'forget', empty });
      }
      empty = [];
      return thread.run(blocks, stallMs);
    },
    forget(types) {
      empty = types;
      if (!thread.hasEnded) thread.send({ kind: 'forget', empty });
    },
    async close() {
      isClosed = true;
      await thread.close();
    },
  };
}
