/** Fetching what is stored: by name or ContentID, all of it or a part, into a folder. */
import type { RestoreResult } from '../codec/restore-node.ts';
import type { Client } from './client.ts';
import { type FetchedVersion, fetchVersion } from './fetch-version.ts';
import { type RestoreRequest, restoreManifest } from './restore-manifest.ts';

export interface GetOptions extends RestoreRequest {
  /** Counted from 1; the newest when left out. */
  readonly version?: number | undefined;
}

export interface GetResult extends RestoreResult, FetchedVersion {
  readonly bytes: number;
  /** Files and links that were there already and stay, by the rule of `existing`. */
  readonly kept: number;
}

/**
 * Writes each file whole or not at all. Files that could not be restored are listed in `failed`; the others are there.
 * @throws NoSuchObjectError, RestoreFailedError when no file could be restored, WrongKeyError, RpcUnavailableError, AbortedError
 */
export function get(client: Client, options: GetOptions): Promise<GetResult> {
  return fetchVersion(client, options, (context, manifest) => restoreManifest(context, manifest, options));
}
