/** Opens a public object for anybody: its manifest, proven to be of the ContentID and the root, and a reader of its bytes. */
import { hexToBytes } from 'viem';
import { equal, join } from '../../codec/bytes.ts';
import { resolveRef } from '../../codec/chunk-ref.ts';
import type { RecordSource } from '../../codec/decode.ts';
import { manifestContentId } from '../../codec/manifest-content-id.ts';
import { type Manifest, contentRoot, decodeManifest } from '../../codec/manifest.ts';
import { openRecord } from '../../codec/open-record.ts';
import { publicCid } from '../../codec/public-cid.ts';
import type { ChunkRef, Platform } from '../../codec/types.ts';
import type { PublicChunk, PublicLocation } from '../../wire/named.ts';
import { PayloadReader } from '../fetch/payload-reader.ts';
import { keyringOf } from './batch-keys.ts';
import { BadLocationError } from './errors.ts';
import type { PublicReader } from './public-reader.ts';

export interface OpenedLocation {
  readonly location: PublicLocation;
  /** Locations in it name their bundles. */
  readonly manifest: Manifest;
  /** Of the object's batches only. Every byte is proven to the roots on the chain, every chunk to its id. */
  readonly reader: PayloadReader;
}

/** A manifest of this size names some two million chunks. It is read into memory, and its writer may be anybody. */
const MANIFEST_BYTES_MAX = 128 << 20;

/** @throws BadLocationError, MalformedError, UnrecoverableError, RpcUnavailableError, AbortedError */
export async function openLocation(reader: PublicReader, location: PublicLocation, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<OpenedLocation> {
  const { platform } = reader;
  const { contentId } = location;
  const payloads = payloadsOf(reader, location);
  const bytes = await readDocument(platform, payloads.source(options), location);
  const decoded = decodeManifest(bytes);
  if (decoded.visibility !== 'public') throw new BadLocationError(contentId, 'its manifest is of encrypted content');
  if (!equal(contentRoot(decoded), decoded.root) || !equal(decoded.root, hexToBytes(location.root))) throw new BadLocationError(contentId, 'its manifest does not fit its root');
  // Few stored bytes can be said to be many: so the size that is told beforehand must be true.
  if (decoded.entries.reduce((sum, entry) => sum + entry.size, 0) !== location.sizeBytes) throw new BadLocationError(contentId, 'it is of another size than it says');
  if ((await contentIdOf(platform, decoded, bytes)) !== contentId) throw new BadLocationError(contentId, 'its chunks add up to another ContentID');
  const manifest = { ...decoded, chunks: decoded.chunks.map((chunk) => resolveRef(chunk, location.manifest)) };
  return { location, manifest, reader: payloads };
}

/** A reader of the batches whose keys the location has. */
export function payloadsOf(reader: PublicReader, location: PublicLocation): PayloadReader {
  return new PayloadReader({ ...reader, batchKey: keyringOf(location.keys, location.contentId) });
}

async function readDocument(platform: Platform, source: RecordSource, { contentId, manifest: { chunks, sizeBytes } }: PublicLocation): Promise<Uint8Array> {
  if (sizeBytes > MANIFEST_BYTES_MAX || chunks.reduce((sum, { size }) => sum + size, 0) !== sizeBytes) throw new BadLocationError(contentId, 'the chunks of its manifest do not add up');
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    const { chunkId, size, method, ...place } = chunkOf(chunk);
    parts.push(await openRecord(platform, { keys: null, chunkId, size, method, stored: await source.read(place) }));
  }
  return join(parts);
}

function chunkOf({ chunkId, ...rest }: PublicChunk): ChunkRef {
  return { ...rest, chunkId: hexToBytes(chunkId) };
}

/** Of files it is the root of their tree in IPFS, computed from the ids of their chunks; of any other object the manifest's own. */
async function contentIdOf(platform: Platform, manifest: Manifest, bytes: Uint8Array): Promise<string | null> {
  if (manifest.contentId === null) return manifestContentId(platform, { visibility: 'public', digest: await platform.sha256(bytes) });
  return publicCid(platform, manifest);
}
