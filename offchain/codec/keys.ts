/** From the creator's master key to every key of the codec. */
import { concat, u32, u64, utf8 } from './bytes.ts';
import { noteGenerations } from './generations.ts';
import type { Platform } from './types.ts';

/** The three keys of one record domain; see `record.ts`. */
export interface RecordKeys {
  readonly chunkId: Uint8Array;
  readonly chunkKey: Uint8Array;
  readonly nonce: Uint8Array;
  /** First 8 bytes of the creator's check key: says "wrong key" instead of "damaged". */
  readonly keyCheck: Uint8Array;
}

/** All keys that follow from one master key. Files and manifests are two domains: knowing one opens nothing of the other. */
export interface CodecKeys {
  readonly content: RecordKeys;
  readonly manifest: RecordKeys;
  readonly footer: { readonly key: Uint8Array; readonly nonce: Uint8Array };
  /** 8 bytes, public: equal exactly when the master key is equal. */
  readonly keyCheck: Uint8Array;
}

const SALT = utf8('holdfast/1');
const KEY_BYTES = 32;

async function derive(platform: Platform, ikm: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  return platform.hkdfSha256({ ikm, salt: SALT, info, sizeBytes: KEY_BYTES });
}

async function recordKeys(platform: Platform, ikm: Uint8Array, keyCheck: Uint8Array): Promise<RecordKeys> {
  return {
    chunkId: await derive(platform, ikm, utf8('chunk-id')),
    chunkKey: await derive(platform, ikm, utf8('chunk-key')),
    nonce: await derive(platform, ikm, utf8('nonce')),
    keyCheck,
  };
}

/** `master`: 32 bytes. */
export async function deriveKeys(platform: Platform, master: Uint8Array): Promise<CodecKeys> {
  assertMaster(master);
  const keyCheck = (await derive(platform, master, utf8('check'))).slice(0, 8);
  const manifestKey = await derive(platform, master, utf8('manifest'));
  const content = await recordKeys(platform, master, keyCheck);
  noteGenerations(content, await derive(platform, master, utf8('rekey')), (ikm, info) => derive(platform, ikm, info), (ikm, check) => recordKeys(platform, ikm, check));
  return {
    content,
    manifest: await recordKeys(platform, manifestKey, keyCheck),
    footer: {
      key: await derive(platform, manifestKey, utf8('footer-key')),
      nonce: await derive(platform, manifestKey, utf8('footer-nonce')),
    },
    keyCheck,
  };
}

/** The seal key of one agreement: the only key that a repairer is given. */
export async function sealKeyFor(
  platform: Platform,
  master: Uint8Array,
  options: { chainId: bigint; market: Uint8Array; agreement: number },
): Promise<Uint8Array> {
  assertMaster(master);
  if (options.market.length !== 20) throw new RangeError('market must be a 20-byte address');
  return derive(platform, master, concat(utf8('seal'), u64(options.chainId), options.market, u32(options.agreement)));
}

/** Two secrets for sharing: of the X25519 key to which grants are wrapped, and of the notes that only their writer reads. */
export async function sharingKeys(platform: Platform, master: Uint8Array): Promise<{ readonly exchange: Uint8Array; readonly notes: Uint8Array }> {
  assertMaster(master);
  return { exchange: await derive(platform, master, utf8('share-x25519')), notes: await derive(platform, master, utf8('share-notes')) };
}

function assertMaster(master: Uint8Array): void {
  if (master.length !== KEY_BYTES) throw new RangeError(`the master key must be ${KEY_BYTES} bytes, not ${master.length}`);
}
