import { readFile } from '../../codec/decode.ts';
import type { ManifestEntry } from '../../codec/manifest.ts';
import type { OpenedLocation } from './open-location.ts';
import type { PublicReader } from './public-reader.ts';

/** The bytes of one file of an opened object; of [start, end) where that is given. */
export function readPublicFile(reader: PublicReader, opened: OpenedLocation, entry: ManifestEntry, options: { readonly range?: { readonly start: number; readonly end: number } | undefined; readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array, void> {
  const { range, signal } = options;
  return readFile({ platform: reader.platform, keys: null, source: opened.reader.source({ signal }), signal }, { manifest: opened.manifest, entry, range });
}
