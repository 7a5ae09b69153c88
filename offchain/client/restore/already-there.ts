/** Files that an earlier run restored: known again by their content, so nothing of them is fetched. */
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '../../codec/bytes.ts';
import type { RecordKeys } from '../../codec/keys.ts';
import type { Manifest, ManifestEntry } from '../../codec/manifest.ts';
import { mapAhead } from '../../codec/map-ahead.ts';
import { chunkIdOf } from '../../codec/record.ts';
import type { Platform } from '../../codec/types.ts';

const FILES_AT_ONCE = 4;

/** Entries that are not in `folder` as they should be: folders and links always, files by their size and the ids of all their chunks. `keys` null: of public content. */
export async function missingEntries(
  platform: Platform,
  { manifest, folder, keys, signal }: { readonly manifest: Manifest; readonly folder: string; readonly keys: RecordKeys | null; readonly signal?: AbortSignal | undefined },
): Promise<ManifestEntry[]> {
  const missing: ManifestEntry[] = [];
  const looked = mapAhead(manifest.entries, FILES_AT_ONCE, async (entry) => {
    signal?.throwIfAborted();
    return { entry, isThere: entry.kind === 'file' && (await isThere(platform, { manifest, entry, path: join(folder, entry.path), keys })) };
  });
  for await (const { entry, isThere: there } of looked) if (!there) missing.push(entry);
  return missing;
}

async function isThere(platform: Platform, { manifest, entry, path, keys }: { readonly manifest: Manifest; readonly entry: ManifestEntry; readonly path: string; readonly keys: RecordKeys | null }): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  // Times and modes are set when a file is whole: one with others was touched since, or is somebody else's.
  if (found === undefined || !found.isFile() || found.size !== entry.size || Math.abs(found.mtimeMs - entry.mtimeMs) >= 1 || (found.mode & 0o777) !== (entry.mode & 0o777)) return false;
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    for (const index of entry.chunks) {
      const chunk = manifest.chunks[index];
      if (chunk === undefined) return false;
      const { bytesRead, buffer } = await file.read(new Uint8Array(chunk.size), 0, chunk.size);
      if (bytesRead !== chunk.size || !equal(await chunkIdOf(platform, keys, buffer), chunk.chunkId)) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}
