/** What `holdfast put` stores: paths, standard input, or a tar made on the way. */
import { basename } from 'node:path';
import { sourceOf } from '../client/disk-source.ts';
import type { Source } from '../client/source.ts';
import { streamSource } from '../client/stream-source.ts';
import { tarSource } from '../client/tar/tar-source.ts';
import { UsageError } from './errors.ts';
import { checkPaths } from './put-report.ts';

/** Before anything is opened. @throws UsageError */
export async function checkSource(paths: readonly string[], options: { readonly archive?: string | undefined }): Promise<void> {
  if (!paths.includes('-')) return checkPaths(paths);
  if (paths.length > 1) throw new UsageError('Standard input cannot be stored together with other paths.', 'Store it under a name of its own.');
  if (options.archive !== undefined) throw new UsageError('Standard input is one file already.', 'Leave out --archive.');
}

/** Undefined: the paths as they are. */
export function putSource(paths: readonly string[], options: { readonly name: string; readonly archive?: string | undefined; readonly signal: AbortSignal }): Source | undefined {
  const { name, archive, signal } = options;
  if (paths.includes('-')) return streamSource({ path: fileName(name), open: () => standardInput(signal) });
  if (archive === undefined) return undefined;
  const file = fileName(name);
  return tarSource(sourceOf(paths), { path: file.endsWith('.tar') ? file : `${file}.tar`, signal });
}

async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const { stdin } = process;
  // A terminal or a pipe that stays silent would keep the process from ending.
  const stop = (): void => void stdin.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const piece of stdin) yield piece as Uint8Array;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A name's last part that can be a file's. */
function fileName(name: string): string {
  const last = basename(name);
  return last === '' || last === '.' || last === '..' ? 'data' : last;
}
