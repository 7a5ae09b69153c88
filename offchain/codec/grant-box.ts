/** Closing a grant so that one recipient, or whoever has a link, opens it; see the README's section "Grants". */
import { x25519 } from '@noble/curves/ed25519.js';
import { concat, utf8 } from './bytes.ts';
import { MalformedError } from './format-errors.ts';
import type { Platform } from './types.ts';

const SALT = utf8('holdfast/1');
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** Each key below closes one message: it needs no other nonce. */
const NONCE = new Uint8Array(12);
/** Of a grant, uncompressed: some million chunks. It is opened in memory. */
export const GRANT_BYTES_MAX = 128 << 20;
/** The ephemeral public key, and the body's key with its tag. */
export const WRAPPED_BYTES = KEY_BYTES + KEY_BYTES + TAG_BYTES;

/** Who wraps for whom: 20-byte addresses. A key that was wrapped for one pair opens for no other. */
export interface Parties {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** The public half of an X25519 secret of 32 bytes. */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secret);
}

/** True: a shared secret with this key is no secret (a point of low order), or it is no key at all. */
export function isWeakKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES) return true;
  try {
    x25519.getSharedSecret(new Uint8Array(KEY_BYTES).fill(0x42), publicKey);
    return false;
  } catch {
    return true;
  }
}

/** Compressed, and closed under `key`, which must never close anything else. */
export async function sealBody(platform: Platform, key: Uint8Array, body: Uint8Array): Promise<Uint8Array> {
  if (body.length > GRANT_BYTES_MAX) throw new RangeError(`a grant has at most ${GRANT_BYTES_MAX} bytes`);
  return platform.gcmEncrypt({ key, nonce: NONCE, data: await platform.zstdCompress(body, 3), associated: utf8('holdfast/1/grant') });
}

/** Throws MalformedError. */
export async function openBody(platform: Platform, key: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  const packed = await platform.gcmDecrypt({ key, nonce: NONCE, data: sealed, associated: utf8('holdfast/1/grant') });
  if (packed === null) throw new MalformedError('grant', 'it was changed, cut, or closed with another key');
  try {
    return await platform.zstdDecompress(packed, GRANT_BYTES_MAX);
  } catch (cause) {
    throw new MalformedError('grant', 'it does not decompress', { cause });
  }
}

/** X25519 with a key for this one message, HKDF, AES-256-GCM: ephemeral public key || closed body key. @throws MalformedError for a weak public key */
export async function wrapKey(platform: Platform, options: { readonly publicKey: Uint8Array; readonly parties: Parties; readonly bodyKey: Uint8Array; readonly ephemeral?: Uint8Array }): Promise<Uint8Array> {
  const { publicKey, parties, bodyKey, ephemeral = platform.randomBytes(KEY_BYTES) } = options;
  const ephemeralKey = publicKeyOf(ephemeral);
  const key = await wrappingKey(platform, { secret: ephemeral, other: publicKey, ephemeralKey, publicKey, parties });
  return concat(ephemeralKey, await platform.gcmEncrypt({ key, nonce: NONCE, data: bodyKey, associated: new Uint8Array(0) }));
}

/** Throws MalformedError when it was not wrapped for this secret by these parties. */
export async function unwrapKey(platform: Platform, options: { readonly secret: Uint8Array; readonly parties: Parties; readonly wrapped: Uint8Array }): Promise<Uint8Array> {
  const { secret, parties, wrapped } = options;
  if (wrapped.length !== WRAPPED_BYTES) throw new MalformedError('grant', 'its wrapped key is cut');
  const ephemeralKey = wrapped.slice(0, KEY_BYTES);
  const key = await wrappingKey(platform, { secret, other: ephemeralKey, ephemeralKey, publicKey: publicKeyOf(secret), parties });
  const bodyKey = await platform.gcmDecrypt({ key, nonce: NONCE, data: wrapped.slice(KEY_BYTES), associated: new Uint8Array(0) });
  if (bodyKey === null) throw new MalformedError('grant', 'it is for another wallet, or was changed');
  return bodyKey;
}

/** The body's key of a link: from the secret in its fragment. `id`: the link's, 32 bytes. */
export async function linkKey(platform: Platform, secret: Uint8Array, id: Uint8Array): Promise<Uint8Array> {
  return platform.hkdfSha256({ ikm: secret, salt: SALT, info: concat(utf8('grant-link'), id), sizeBytes: KEY_BYTES });
}

async function wrappingKey(platform: Platform, of: { secret: Uint8Array; other: Uint8Array; ephemeralKey: Uint8Array; publicKey: Uint8Array; parties: Parties }): Promise<Uint8Array> {
  if (isWeakKey(of.other)) throw new MalformedError('grant', 'a public key in it is of low order: it would hide nothing');
  const ikm = x25519.getSharedSecret(of.secret, of.other);
  const info = concat(utf8('grant-wrap'), of.ephemeralKey, of.publicKey, of.parties.from, of.parties.to);
  return platform.hkdfSha256({ ikm, salt: SALT, info, sizeBytes: KEY_BYTES });
}
