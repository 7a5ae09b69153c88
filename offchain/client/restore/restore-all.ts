/** Everything back, with the wallet alone: the catalog is found through the chain, the files from whoever still has them. */
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../../codec/decode.ts';
import { keysOfGeneration } from '../../codec/generations.ts';
import type { Manifest, ManifestEntry } from '../../codec/manifest.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import type { AvoidedProvider } from '../fetch/health.ts';
import type { OnProgress } from '../progress.ts';
import { restoreManifest } from '../restore-manifest.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { missingEntries } from './already-there.ts';
import { type ChosenVersion, chooseVersions } from './choose-versions.ts';
import { NotEnoughSpaceError } from './errors.ts';
import { clearLeftovers } from './leftovers.ts';

export interface RestoreAllOptions {
  /** A folder; made when it is not there. Each name gets a folder in it (`folder-of.ts`). */
  readonly into: string;
  /** Only names that begin with this. */
  readonly only?: string | undefined;
  /** Older versions and deleted names as well. */
  readonly allVersions?: boolean | undefined;
  /** True: says what it would do, and writes nothing. */
  readonly isDryRun?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoredVersion {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  /** Files, and their bytes, that were there already and whole. */
  readonly keptFiles: number;
  readonly keptBytes: number;
  readonly restored: number;
  readonly bytes: number;
}

export interface RestoredAll {
  readonly into: string;
  readonly versions: readonly RestoredVersion[];
  readonly bytes: number;
  readonly keptBytes: number;
  /** `path` absent: nothing of that version could be read. */
  readonly failed: readonly { readonly name: string; readonly version: number; readonly path?: string; readonly reason: string }[];
  readonly avoided: readonly AvoidedProvider[];
}

interface Planned {
  readonly chosen: ChosenVersion;
  readonly manifest: Manifest;
  readonly missing: readonly ManifestEntry[];
}

/** What the file system itself needs besides the files. */
const SPARE_BYTES = 32 << 20;

/**
 * May be ended at any moment and run again: files that are there are known by their content and not fetched again. One version that cannot be read does not
 * stop the others. @throws WrongKeyError, CatalogUnreachableError, NotEnoughSpaceError, RpcUnavailableError, AbortedError
 */
export function restoreAll(client: Client, options: RestoreAllOptions): Promise<RestoredAll> {
  const { into, signal, onProgress, isDryRun = false } = options;
  return abortable(`Restoring into ${JSON.stringify(into)}`, signal, async () => {
    const chosen = chooseVersions(await syncCatalog(client, { signal }), options);
    const failed: RestoredAll['failed'][number][] = [];
    const planned: Planned[] = [];
    if (!isDryRun) {
      await mkdir(into, { recursive: true });
      for (const { folder } of chosen) await clearLeftovers(join(into, folder));
    }
    for (const one of chosen) {
      try {
        planned.push(await plan(client, one, options));
      } catch (error) {
        signal?.throwIfAborted();
        failed.push({ name: one.name, version: one.version, reason: messageOf(error) });
      }
    }
    const totalBytes = planned.reduce((sum, { missing }) => sum + bytesOf(missing), 0);
    if (!isDryRun) await mustFit(into, totalBytes);
    const versions: RestoredVersion[] = [];
    let doneBytes = 0;
    for (const { chosen: { name, version, folder }, manifest, missing } of planned) {
      const kept = { name, version, folder, keptFiles: manifest.entries.length - missing.length, keptBytes: bytesOf(manifest.entries) - bytesOf(missing) };
      if (isDryRun) {
        versions.push({ ...kept, restored: missing.length, bytes: bytesOf(missing) });
        continue;
      }
      const before = doneBytes;
      try {
        const result = await restoreManifest({ ...client, keys: await client.secrets.keys() }, { ...manifest, entries: missing }, {
          name, into: join(into, folder), signal,
          onProgress: (progress) => onProgress?.({ ...progress, doneBytes: before + progress.doneBytes, totalBytes }),
        });
        versions.push({ ...kept, restored: result.restored, bytes: result.bytes });
        failed.push(...result.failed.map(({ path, error }) => ({ name, version, path, reason: messageOf(error) })));
      } catch (error) {
        signal?.throwIfAborted();
        failed.push({ name, version, reason: messageOf(error) });
      }
      doneBytes = before + bytesOf(missing);
    }
    return {
      into, versions, failed,
      bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
      keptBytes: versions.reduce((sum, { keptBytes }) => sum + keptBytes, 0),
      avoided: client.avoided(),
    };
  });
}

async function plan(client: Client, chosen: ChosenVersion, { into, signal }: RestoreAllOptions): Promise<Planned> {
  const { platform, reader, secrets } = client;
  const keys = await secrets.keys();
  const manifest = await readManifest({ platform, keys, source: reader.source({ signal }), signal }, chosen.ref);
  const content = manifest.visibility === 'public' ? null : await keysOfGeneration(keys.content, chosen.generation);
  return { chosen, manifest, missing: await missingEntries(platform, { manifest, folder: join(into, chosen.folder), keys: content, signal }) };
}

async function mustFit(into: string, needBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(into);
  const freeBytes = bavail * bsize;
  if (needBytes > 0 && needBytes + SPARE_BYTES > freeBytes) throw new NotEnoughSpaceError(into, { needBytes, freeBytes });
}

function bytesOf(entries: readonly ManifestEntry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}
