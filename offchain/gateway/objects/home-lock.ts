/** One process at a time writes to a store in one home folder: two of them would take each other's packs for their own. */
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { HoldfastError } from '../../wire/errors.ts';

/** Locks that this process holds: one of an earlier process with the same number is no lock. */
const held = new Set<string>();

export class StoreBusyError extends HoldfastError {
  constructor(path: string, pid: number) {
    super('STORE_BUSY', `Process ${pid} has this object store open.`, { details: { path, pid }, nextStep: `End it first. If there is no such gateway, remove ${path}.` });
  }
}

/** @returns what gives it back. A process that was killed holds nothing. @throws StoreBusyError */
export async function lockHome(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
      held.add(path);
      return async () => {
        if (held.delete(path)) await unlink(path);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (held.has(path) || (pid !== process.pid && isAlive(pid))) throw new StoreBusyError(path, pid);
    await unlink(path).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
