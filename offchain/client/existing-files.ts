/** What becomes of files that are already where something is to be restored. */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rows } from '../codec/cbor-writer.ts';
import type { ManifestEntry } from '../codec/manifest.ts';
import { mapAhead } from '../codec/map-ahead.ts';
import { HoldfastError } from '../wire/errors.ts';

/** keep: what is there stays. newer: it is replaced where what is stored was changed later. refuse: nothing is restored when anything is there. */
export const EXISTING_RULES = ['replace', 'keep', 'newer', 'refuse'] as const;
export type ExistingRule = (typeof EXISTING_RULES)[number];

export class ExistingFilesError extends HoldfastError {
  constructor(into: string, facts: { readonly count: number; readonly first: string }) {
    super('EXISTS', `${facts.count} files are in ${into} already (first: ${facts.first}); nothing was restored.`, { details: { into, ...facts }, nextStep: 'Name another folder, or say what to do with them: --existing replace, keep or newer.' });
  }
}

const LOOKS_AT_ONCE = 32;

/** The entries that are to be written. Folders always are. @throws ExistingFilesError */
export async function withoutExisting(entries: Rows<ManifestEntry>, { into, existing }: { readonly into: string; readonly existing: ExistingRule }): Promise<Rows<ManifestEntry>> {
  if (existing === 'replace') return entries;
  const wanted: ManifestEntry[] = [];
  let count = 0;
  let first: string | undefined;
  for await (const { entry, there } of mapAhead(entries, LOOKS_AT_ONCE, async (entry) => ({ entry, there: entry.kind === 'folder' ? undefined : await look(join(into, entry.path)) }))) {
    if (there !== undefined) {
      count++;
      first ??= entry.path;
    }
    // Whole milliseconds are stored.
    if (there === undefined || (existing === 'newer' && entry.mtimeMs > Math.floor(there.mtimeMs))) wanted.push(entry);
  }
  if (existing === 'refuse' && first !== undefined) throw new ExistingFilesError(into, { count, first });
  return wanted;
}

async function look(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
