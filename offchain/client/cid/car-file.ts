/** A CAR on disk: every block verified once, then found by its CID. */
import { type FileHandle, open } from 'node:fs/promises';
import { decode as decodeCbor } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { BadCarError, CarTooLargeError } from './errors.ts';
import { readVarint } from './varint.ts';
import { hashKey, isBlockOf, isIdentity } from './verify-block.ts';

export interface CarFile {
  readonly roots: readonly CID[];
  readonly sizeBytes: number;
  /** Distinct ones. */
  readonly blocks: number;
  /** Verified again: the file may have changed since it was opened. @throws BadCarError when it is missing */
  get(cid: CID): Promise<Uint8Array>;
  /** Undefined when it is missing. */
  sizeOf(cid: CID): number | undefined;
  close(): Promise<void>;
}

export interface CarLimits {
  readonly maxBlocks?: number | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** IPFS nodes exchange blocks of 2 MiB at most; some tools write twice as much. */
const BLOCK_BYTES_MAX = 4 << 20;
const HEADER_BYTES_MAX = 1 << 20;
const CID_BYTES_MAX = 128;
/** Some 150 bytes of memory each. */
const MAX_BLOCKS = 4_000_000;
const V2_PRAGMA = Buffer.from('0aa16776657273696f6e02', 'hex');
const V2_HEADER_BYTES = 40;

interface Place {
  readonly at: number;
  readonly sizeBytes: number;
}

/** Reads the whole file once. Versions 1 and 2. @throws BadCarError, CarTooLargeError, and what opening throws */
export async function openCar(path: string, limits: CarLimits = {}): Promise<CarFile> {
  const file = await open(path, 'r');
  try {
    return await scan(file, limits);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function scan(file: FileHandle, { maxBlocks = MAX_BLOCKS, onProgress, signal }: CarLimits): Promise<CarFile> {
  const { size } = await file.stat();
  const { start, end } = await payload(file, size);
  const header = await section(file, start, end);
  if (header.sizeBytes > HEADER_BYTES_MAX) throw new BadCarError(`its header has ${header.sizeBytes} bytes`);
  const roots = rootsOf(await readAt(file, header.at, header.sizeBytes));
  const places = new Map<string, Place>();
  for (let at = header.at + header.sizeBytes; at < end;) {
    signal?.throwIfAborted();
    const { cid, place, next } = await blockAt(file, at, end);
    if (!isIdentity(cid)) places.set(hashKey(cid), place);
    if (places.size > maxBlocks) throw new CarTooLargeError('blocks', maxBlocks);
    await verified(file, cid, place);
    at = next;
    onProgress?.(at - start, end - start);
  }
  return {
    roots,
    sizeBytes: size,
    blocks: places.size,
    async get(cid) {
      if (isIdentity(cid)) return cid.multihash.digest;
      const place = places.get(hashKey(cid));
      if (place === undefined) throw new BadCarError(`block ${cid} is missing in it`, { cid: cid.toString() });
      return verified(file, cid, place);
    },
    sizeOf: (cid) => (isIdentity(cid) ? cid.multihash.digest.length : places.get(hashKey(cid))?.sizeBytes),
    close: () => file.close(),
  };
}

/** Where version 1 begins and ends: all of the file, or the inner part of a version 2. */
async function payload(file: FileHandle, size: number): Promise<{ start: number; end: number }> {
  const head = await readAt(file, 0, Math.min(size, V2_PRAGMA.length + V2_HEADER_BYTES));
  if (!head.subarray(0, V2_PRAGMA.length).equals(V2_PRAGMA)) return { start: 0, end: size };
  if (head.length < V2_PRAGMA.length + V2_HEADER_BYTES) throw new BadCarError('it ends inside its header');
  const start = head.readBigUInt64LE(V2_PRAGMA.length + 16);
  const end = start + head.readBigUInt64LE(V2_PRAGMA.length + 24);
  if (start < BigInt(head.length) || end > BigInt(size)) throw new BadCarError('its header names a part outside of it');
  return { start: Number(start), end: Number(end) };
}

/** What stands behind a length. */
async function section(file: FileHandle, at: number, end: number): Promise<Place> {
  const length = readVarint(await readAt(file, at, Math.min(10, end - at)));
  if (length === undefined) throw new BadCarError(`at byte ${at} is no length`);
  const place = { at: at + length.bytes, sizeBytes: length.value };
  if (length.value === 0 || place.at + place.sizeBytes > end) throw new BadCarError(`at byte ${at} is a section of ${length.value} bytes, and ${end - place.at} are left`);
  return place;
}

async function blockAt(file: FileHandle, at: number, end: number): Promise<{ cid: CID; place: Place; next: number }> {
  const whole = await section(file, at, end);
  const next = whole.at + whole.sizeBytes;
  const head = await readAt(file, whole.at, Math.min(CID_BYTES_MAX, whole.sizeBytes));
  let cid: CID;
  let cidBytes: number;
  try {
    const { size } = CID.inspectBytes(head);
    cidBytes = size;
    // An identity CID holds its block and may be long; nothing else has a reason to.
    cid = CID.decode(size <= head.length ? head.subarray(0, size) : await readAt(file, whole.at, Math.min(size, whole.sizeBytes, BLOCK_BYTES_MAX)));
  } catch (cause) {
    throw new BadCarError(`at byte ${whole.at} is no CID (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  const place = { at: whole.at + cidBytes, sizeBytes: whole.sizeBytes - cidBytes };
  if (place.sizeBytes > BLOCK_BYTES_MAX) throw new BadCarError(`block ${cid} has ${place.sizeBytes} bytes, and ${BLOCK_BYTES_MAX} is the most that is taken`);
  return { cid, place, next };
}

async function verified(file: FileHandle, cid: CID, { at, sizeBytes }: Place): Promise<Buffer> {
  const bytes = await readAt(file, at, sizeBytes);
  const fits = isBlockOf(cid, bytes);
  if (fits === undefined) throw new BadCarError(`block ${cid} is named by a hash that is not known here (0x${cid.multihash.code.toString(16)})`, { cid: cid.toString() });
  if (!fits) throw new BadCarError(`the bytes of block ${cid} are not those that its name says`, { cid: cid.toString() });
  return bytes;
}

function rootsOf(bytes: Uint8Array): CID[] {
  try {
    const { version, roots } = decodeCbor<{ version: unknown; roots: unknown }>(bytes);
    if (version !== 1) throw new Error(`version ${String(version)}`);
    if (!Array.isArray(roots)) throw new Error('no roots');
    return roots.map((root) => {
      const cid = CID.asCID(root);
      if (cid === null) throw new Error('a root is no CID');
      return cid;
    });
  } catch (cause) {
    throw new BadCarError(`its header is none of a CAR (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

async function readAt(file: FileHandle, at: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, sizeBytes));
  for (let have = 0; have < bytes.length;) {
    const { bytesRead } = await file.read(bytes, have, bytes.length - have, at + have);
    if (bytesRead === 0) throw new BadCarError(`it ends at byte ${at + have}, in the middle of something`);
    have += bytesRead;
  }
  return bytes;
}
