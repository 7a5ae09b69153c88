/** Bytes of what is stored, as a stream: a file, a range of one, or everything as a tar. */
import { readFile, readManifest } from '../codec/decode.ts';
import type { ManifestEntry } from '../codec/manifest.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Client } from './client.ts';
import { findVersion } from './find-version.ts';
import type { OnProgress } from './progress.ts';
import { readEntries, selectEntries } from './read-entries.ts';
import { tarBytes, tarOf } from './tar/tar.ts';

export interface ReadStoredOptions {
  /** Or a ContentID. */
  readonly name: string;
  readonly version?: number | undefined;
  /** A file or folder inside of it. */
  readonly path?: string | undefined;
  /** Of a single file: [start, end); `last` counts from the end. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | { readonly last: number } | undefined;
  /** Everything that is selected, as one tar. Left out: there must be exactly one file. */
  readonly asTar?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StoredStream {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  readonly sizeBytes: number;
  /** To be read once, to its end or not. Pieces are valid until the next one is asked for; every byte is verified before it is given. */
  bytes(): AsyncGenerator<Uint8Array, void>;
}

/** @throws NoSuchObjectError, HoldfastError NOT_ONE_FILE, BAD_RANGE, WrongKeyError, RpcUnavailableError */
export async function readStored(client: Client, options: ReadStoredOptions): Promise<StoredStream> {
  const { signal, onProgress, range } = options;
  const { ref, name, version } = await findVersion(client, options);
  const { platform, reader } = client;
  const keys = await client.secrets.keys();
  const source = reader.source({ signal });
  const manifest = await readManifest({ platform, keys, source, signal }, ref);
  const entries = selectEntries(manifest, { ...options, name });
  const facts = { name, version, contentId: ref.contentId };
  if (options.asTar === true) {
    return { ...facts, sizeBytes: tarBytes(entries), bytes: () => closing(readEntries({ ...client, keys }, { manifest, entries, onProgress, signal }), (reading) => tarOf(reading.objects())) };
  }
  const entry = onlyFile(entries, name);
  if (range !== undefined) {
    const bounds = boundsOf(range, entry);
    return { ...facts, sizeBytes: bounds.end - bounds.start, bytes: () => readFile({ platform, keys, source, signal }, { manifest, entry, range: bounds }) };
  }
  return { ...facts, sizeBytes: entry.size, bytes: () => closing(readEntries({ ...client, keys }, { manifest, entries: [entry], onProgress, signal }), (reading) => firstBytes(reading.objects())) };
}

async function* closing(reading: ReturnType<typeof readEntries>, bytes: (reading: ReturnType<typeof readEntries>) => AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bytes(reading);
  } finally {
    reading.close();
  }
}

async function* firstBytes(objects: ReturnType<ReturnType<typeof readEntries>['objects']>): AsyncGenerator<Uint8Array, void> {
  for await (const object of objects) yield* object.open();
}

function onlyFile(entries: readonly ManifestEntry[], name: string): ManifestEntry {
  const files = entries.filter(({ kind }) => kind === 'file');
  const [only] = files;
  if (only !== undefined && files.length === 1) return only;
  throw new HoldfastError('NOT_ONE_FILE', `${JSON.stringify(name)} is ${files.length} files here, not one.`, {
    details: { name, files: files.length },
    nextStep: 'Name one with --path, or take all of them as a tar with --archive tar.',
  });
}

function boundsOf(range: NonNullable<ReadStoredOptions['range']>, { path, size }: ManifestEntry): { start: number; end: number } {
  const bounds = 'last' in range ? { start: Math.max(0, size - range.last), end: size } : { start: range.start, end: Math.min(size, range.end ?? size) };
  if (bounds.start <= bounds.end && (bounds.start < size || size === 0)) return bounds;
  throw new HoldfastError('BAD_RANGE', `${JSON.stringify(path)} has ${size} bytes; the range begins behind them.`, { details: { path, size, ...bounds } });
}
