/** Writes what one was given into a folder. */
import { join } from 'node:path';
import type { Grant } from '../../codec/grant.ts';
import type { RestoreResult } from '../../codec/restore-node.ts';
import type { AvoidedProvider } from '../fetch/health.ts';
import type { PublicReader } from '../named/public-reader.ts';
import type { OnProgress } from '../progress.ts';
import { folderOf } from '../restore/folder-of.ts';
import { restoreManifest } from '../restore-manifest.ts';
import { chunkKeysOf, readerOf } from './open-shared.ts';

export interface FetchedShare extends RestoreResult {
  readonly label: string;
  readonly objects: readonly { readonly name: string; readonly version: number }[];
  readonly bytes: number;
  readonly avoided: readonly AvoidedProvider[];
}

/** One object goes into the folder itself, several each into one of its own. @throws RestoreFailedError, UnrecoverableError, RpcUnavailableError */
export async function fetchGrant(reader: PublicReader, grant: Grant, options: { readonly into: string; readonly path?: string | undefined; readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined }): Promise<FetchedShare> {
  const payloads = readerOf(reader, grant);
  const result = { restored: 0, bytes: 0, failed: [] as RestoreResult['failed'][number][] };
  for (const object of grant.objects) {
    const { name } = object.manifest;
    const into = grant.objects.length === 1 ? options.into : join(options.into, folderOf(name));
    const one = await restoreManifest({ ...reader, reader: payloads, keys: null, chunkKeys: chunkKeysOf(object) }, object.manifest, { ...options, name, into });
    result.restored += one.restored;
    result.bytes += one.bytes;
    result.failed.push(...one.failed);
  }
  return { ...result, label: grant.label, objects: grant.objects.map(({ version, manifest: { name } }) => ({ name, version })), avoided: reader.health.report() };
}
