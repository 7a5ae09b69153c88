import { isAbsolute, join } from 'node:path';
import { Bucket } from '../store/bucket/bucket.ts';
import type { ProviderConfig } from './config.ts';
import { FragmentFiles } from './fragment-files.ts';

/** The bucket of a configuration; undefined where fragments are files. */
export function bucketOf({ home, store }: Pick<ProviderConfig, 'home' | 'store'>): Bucket | undefined {
  if (store.kind === 'files') return undefined;
  const { kind: _, spoolBytes: __, credentialsFile, ...settings } = store;
  const file = credentialsFile === undefined || isAbsolute(credentialsFile) ? credentialsFile : join(home, credentialsFile);
  return new Bucket({ ...settings, ...(file === undefined ? {} : { credentialsFile: file }) });
}

/** Folder, and bucket where there is one, of a configuration. @throws as `FragmentFiles.open` */
export async function openFiles(config: Pick<ProviderConfig, 'home' | 'store' | 'partials'>): Promise<FragmentFiles> {
  const { home, store } = config;
  const { maxBytes, maxAgeSeconds } = config.partials;
  const bucket = bucketOf(config);
  const spool = bucket === undefined || store.kind === 'files' ? undefined : { bucket, spoolBytes: store.spoolBytes };
  try {
    return await FragmentFiles.open({ home, partials: { maxBytes, maxAgeMs: maxAgeSeconds * 1000 }, bucket: spool });
  } catch (error) {
    bucket?.close();
    throw error;
  }
}
