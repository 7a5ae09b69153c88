/** Writes what a manifest names, all of it or a part, into a folder. */
import type { ManifestSource } from '../codec/manifest.ts';
import { type RestoreResult, restoreInto } from '../codec/restore-node.ts';
import { RestoreFailedError } from './errors.ts';
import { type ExistingRule, withoutExisting } from './existing-files.ts';
import { type RestoreContext, type Selection, readEntries, selectEntries } from './read-entries.ts';

export interface RestoreRequest extends Selection {
  /** A folder; made when it is not there. */
  readonly into: string;
  /** What happens to files and links that are in `into` already; `replace` when left out. */
  readonly existing?: ExistingRule | undefined;
}

/**
 * @throws NoSuchObjectError when nothing is at `path`, RestoreFailedError when no file could be restored, ExistingFilesError by the rule `refuse`
 */
export async function restoreManifest(context: RestoreContext, manifest: Pick<ManifestSource, 'visibility' | 'entries' | 'chunks'>, request: RestoreRequest): Promise<RestoreResult & { readonly bytes: number; readonly kept: number }> {
  const { name, into, existing = 'replace', signal } = request;
  const all = selectEntries(manifest, request);
  const entries = await withoutExisting(all, { into, existing });
  const reading = readEntries(context, { manifest, entries, ...request });
  const result = await restoreInto(into, reading.objects(), { signal }).finally(() => reading.close());
  const [first] = result.failed;
  if (first !== undefined && result.restored === 0) throw new RestoreFailedError(name, result.failed.length, first.error);
  return { ...result, bytes: reading.doneBytes(), kept: all.length - entries.length };
}
