/** zstd for hosts that have none, as WebAssembly; a quarter of a megabyte, loaded when it is first asked for. */
import { HoldfastError } from '../wire/errors.ts';
import { viewOf } from './bytes.ts';
import type { Platform } from './types.ts';

export type Zstd = Pick<Platform, 'zstdCompress' | 'zstdDecompress'>;

export class NoZstdError extends HoldfastError {
  constructor(cause: unknown) {
    super('NO_ZSTD', 'The zstd module could not be loaded, so what is compressed with it can be neither written nor read.', {
      cause,
      nextStep: 'Check that the page may load zstd.wasm from its own server, and that its content security policy allows WebAssembly.',
    });
  }
}

export const wasmZstd: Zstd = {
  async zstdCompress(data, level) {
    return (await load()).compress(data, level);
  },
  async zstdDecompress(data, maxBytes) {
    const zstd = await load();
    // The library allocates whatever the frame claims, so the claim is looked at first.
    const claimed = contentSize(data);
    if (claimed !== null && claimed > BigInt(maxBytes)) throw new RangeError(`The decompressed data exceeds ${maxBytes} bytes.`);
    return zstd.decompress(data, { defaultHeapSize: maxBytes });
  },
};

let loaded: Promise<typeof import('@bokuweb/zstd-wasm')> | undefined;

function load(): NonNullable<typeof loaded> {
  loaded ??= start().catch((cause: unknown) => {
    // The next call may find the network back.
    loaded = undefined;
    throw new NoZstdError(cause);
  });
  return loaded;
}

async function start(): NonNullable<typeof loaded> {
  const zstd = await import('@bokuweb/zstd-wasm');
  await zstd.init();
  return zstd;
}

const MAGIC = 0xfd2fb528;
const HEADER_MIN_BYTES = 5;
/** By the two top bits of the descriptor: bytes of the content's size. */
const SIZE_BYTES = [0, 2, 4, 8] as const;
/** By its two lowest bits: bytes of the dictionary's id. */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

/** The Frame_Content_Size of RFC 8878, section 3.1.1.1; null when the frame does not say. Throws when there is no such frame. */
function contentSize(frame: Uint8Array): bigint | null {
  const view = viewOf(frame);
  if (frame.length < HEADER_MIN_BYTES || view.getUint32(0, true) !== MAGIC) throw new RangeError('This is no zstd frame.');
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = isSingleSegment && descriptor < 0x40 ? 1 : SIZE_BYTES[descriptor >> 6]!;
  const at = HEADER_MIN_BYTES + (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3]!;
  if (frame.length < at + sizeBytes) throw new RangeError('This zstd frame is cut off.');
  switch (sizeBytes) {
    case 0: return null;
    case 1: return BigInt(view.getUint8(at));
    case 2: return BigInt(view.getUint16(at, true) + 256);
    case 4: return BigInt(view.getUint32(at, true));
    default: return view.getBigUint64(at, true);
  }
}
