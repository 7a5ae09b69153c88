/** Fetches a public object from the storages that hold it. */
import type { RestoreResult } from '../../codec/restore-node.ts';
import type { PublicLocation } from '../../wire/named.ts';
import { abortable } from '../aborting.ts';
import type { AvoidedProvider } from '../fetch/health.ts';
import { type RestoreRequest, restoreManifest } from '../restore-manifest.ts';
import { TooLargeObjectError } from './errors.ts';
import { openLocation } from './open-location.ts';
import type { PublicReader } from './public-reader.ts';

export interface FetchLocationOptions extends Omit<RestoreRequest, 'name'> {
  readonly location: PublicLocation;
  /** Larger objects are refused; no limit when left out. */
  readonly maxBytes?: number | undefined;
}

export interface FetchResult extends RestoreResult {
  readonly contentId: string;
  readonly bytes: number;
  readonly kept: number;
  readonly avoided: readonly AvoidedProvider[];
}

/** @throws TooLargeObjectError, BadLocationError, NoSuchObjectError, RestoreFailedError, UnrecoverableError, RpcUnavailableError, AbortedError */
export function fetchLocation(reader: PublicReader, options: FetchLocationOptions): Promise<FetchResult> {
  const { location, maxBytes, signal } = options;
  const { contentId } = location;
  return abortable(`Fetching ${contentId}`, signal, async () => {
    const { sizeBytes } = location;
    if (maxBytes !== undefined && sizeBytes > maxBytes) throw new TooLargeObjectError(contentId, { sizeBytes, maxBytes });
    const opened = await openLocation(reader, location, { signal });
    const result = await restoreManifest({ ...reader, reader: opened.reader, keys: null }, opened.manifest, { ...options, name: contentId });
    return { ...result, contentId, avoided: reader.health.report() };
  });
}
