import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * For a process that moves bytes for one command and ends. V8's young generation, which would grow to 128 MiB, keeps the 2 MiB that it begins
 * with, in threads too; the old one is collected whenever it has grown by a fifth instead of to a multiple. Almost all that such a process
 * allocates dies at once, so this costs it little time; waking threads to look through so little together would cost more. Its threads and it can be told to collect (`codec/collect-garbage.ts`). To be called before anything large is loaded: what has grown stays.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--heap-growing-percent=20');
  // New contexts, those of threads among them, have the function; this one is older.
  setFlagsFromString('--expose-gc');
  Object.assign(globalThis, { gc: runInNewContext('gc') as () => void });
}
