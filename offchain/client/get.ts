/** Fetching what is stored: by name or ContentID, all of it or a part, into a folder. */
import { readManifest } from '../codec/decode.ts';
import type { RestoreResult } from '../codec/restore-node.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import type { AvoidedProvider } from './fetch/health.ts';
import { findVersion } from './find-version.ts';
import { type RestoreRequest, restoreManifest } from './restore-manifest.ts';

export interface GetOptions extends RestoreRequest {
  /** Counted from 1; the newest when left out. */
  readonly version?: number | undefined;
}

export interface GetResult extends RestoreResult {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  readonly bytes: number;
  /** Files and links that were there already and stay, by the rule of `existing`. */
  readonly kept: number;
  /** Providers that were left alone because they failed, lied or were slow. */
  readonly avoided: readonly AvoidedProvider[];
}

/**
 * Writes each file whole or not at all. Files that could not be restored are listed in `failed`; the others are there.
 * @throws NoSuchObjectError, RestoreFailedError when no file could be restored, WrongKeyError, RpcUnavailableError, AbortedError
 */
export function get(client: Client, options: GetOptions): Promise<GetResult> {
  const { name, signal } = options;
  return abortable(`Fetching ${JSON.stringify(name)}`, signal, async () => {
    const { ref, version, name: found } = await findVersion(client, options);
    const { platform, reader } = client;
    const keys = await client.secrets.keys();
    const manifest = await readManifest({ platform, keys, source: reader.source({ signal }), signal }, ref);
    const result = await restoreManifest({ ...client, keys }, manifest, options);
    return { ...result, name: found, version, contentId: ref.contentId, avoided: client.avoided() };
  });
}
