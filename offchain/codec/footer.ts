/** The last 256 bytes of a bundle: from here, and with the master key, everything of a creator is found again. */
import { concat, equal, utf8, viewOf } from './bytes.ts';
import { packRefs, REF_BYTES, THIS_BUNDLE, unpackRefs } from './chunk-ref-codec.ts';
import { CorruptRecordError, MalformedError, NoFooterError, WrongKeyError } from './format-errors.ts';
import type { CodecKeys } from './keys.ts';
import type { ChunkRef, Geometry, Platform } from './types.ts';

/**
 * magic 8 || version u32 || sum 4 || keyCheck 8 || nonce 12 || AES-256-GCM(locator 204) || tag 16.
 * sum = first 4 bytes of SHA-256 over the other 252 bytes: a damaged footer does not pass for one of another key.
 */
export const FOOTER_BYTES = 256;
const MAGIC = utf8('HOLDFAST');
const VERSION = 1;
const SUM_AT = 12;
const KEY_CHECK_AT = 16;
const NONCE_AT = 24;
const BODY_AT = 36;
/** kind u8 || count u8 || 3 homes (agreement u32 || bundle u32) || 3 references || zeros. */
const LOCATOR_BYTES = FOOTER_BYTES - BODY_AT - 16;
export const LOCATOR_MAX_REFS = 3;
const HOMES_AT = 2;
const TABLE_AT = HOMES_AT + LOCATOR_MAX_REFS * 8;

/** Where the catalog lies: its chunks, or (when they are more than three) the chunks of the list of its chunks. */
export interface CatalogLocator {
  readonly kind: 'catalog' | 'list';
  readonly refs: readonly ChunkRef[];
}

const KINDS = ['catalog', 'list'] as const;

/** The payload range of a bundle's last batch that holds the footer; it is one leaf of data slot k-1. */
export function footerOffset(geometry: Geometry): number {
  return geometry.payloadSize - FOOTER_BYTES;
}

export async function makeFooter(platform: Platform, keys: CodecKeys, locator: CatalogLocator): Promise<Uint8Array> {
  const plain = encodeLocator(locator);
  const nonce = (await platform.hmacSha256(keys.footer.nonce, plain)).slice(0, 12);
  const head = new Uint8Array(SUM_AT);
  head.set(MAGIC);
  viewOf(head).setUint32(MAGIC.length, VERSION, true);
  const associated = concat(head, keys.keyCheck);
  const body = await platform.gcmEncrypt({ key: keys.footer.key, nonce, data: plain, associated });
  const rest = concat(keys.keyCheck, nonce, body);
  return concat(head, await sumOf(platform, head, rest), rest);
}

/** Throws NoFooterError, WrongKeyError, CorruptRecordError or MalformedError. `bytes`: the last 256 of the payload. */
export async function openFooter(platform: Platform, keys: CodecKeys, bytes: Uint8Array): Promise<CatalogLocator> {
  if (bytes.length !== FOOTER_BYTES || !equal(bytes.subarray(0, MAGIC.length), MAGIC)) throw new NoFooterError();
  const head = bytes.subarray(0, SUM_AT);
  const rest = bytes.subarray(KEY_CHECK_AT);
  if (!equal(bytes.subarray(SUM_AT, KEY_CHECK_AT), await sumOf(platform, head, rest))) throw new CorruptRecordError('its footer does not fit its sum');
  const version = viewOf(bytes).getUint32(MAGIC.length, true);
  if (version !== VERSION) throw new MalformedError('footer', `version ${version} is unknown to this program`);
  if (!equal(bytes.subarray(KEY_CHECK_AT, NONCE_AT), keys.keyCheck)) throw new WrongKeyError('footer');
  const plain = await platform.gcmDecrypt({
    key: keys.footer.key,
    nonce: bytes.subarray(NONCE_AT, BODY_AT),
    data: bytes.subarray(BODY_AT),
    associated: concat(head, keys.keyCheck),
  });
  if (plain === null) throw new CorruptRecordError('the authentication tag of its footer does not fit');
  return decodeLocator(plain);
}

async function sumOf(platform: Platform, head: Uint8Array, rest: Uint8Array): Promise<Uint8Array> {
  return (await platform.sha256(concat(head, rest))).subarray(0, 4);
}

function encodeLocator({ kind, refs }: CatalogLocator): Uint8Array {
  if (refs.length === 0 || refs.length > LOCATOR_MAX_REFS) throw new RangeError(`a locator has 1 to ${LOCATOR_MAX_REFS} references`);
  const { homes, table } = packRefs(refs);
  const bytes = new Uint8Array(LOCATOR_BYTES);
  bytes[0] = KINDS.indexOf(kind);
  bytes[1] = refs.length;
  const view = viewOf(bytes);
  homes.forEach(({ agreement, bundle }, i) => {
    view.setUint32(HOMES_AT + i * 8, agreement, true);
    view.setUint32(HOMES_AT + i * 8 + 4, bundle ?? THIS_BUNDLE, true);
  });
  bytes.set(table, TABLE_AT);
  return bytes;
}

function decodeLocator(bytes: Uint8Array): CatalogLocator {
  const fail = (why: string): never => {
    throw new MalformedError('footer', `its locator ${why}`);
  };
  const kind = KINDS[bytes[0] ?? KINDS.length] ?? fail('is of an unknown kind');
  const count = bytes[1] ?? 0;
  if (count === 0 || count > LOCATOR_MAX_REFS) fail('has an impossible number of references');
  const view = viewOf(bytes);
  const homes = Array.from({ length: LOCATOR_MAX_REFS }, (_, i) => {
    const bundle = view.getUint32(HOMES_AT + i * 8 + 4, true);
    return { agreement: view.getUint32(HOMES_AT + i * 8, true), bundle: bundle === THIS_BUNDLE ? null : bundle };
  });
  const refs = unpackRefs({ homes, table: bytes.subarray(TABLE_AT, TABLE_AT + count * REF_BYTES) }, fail);
  if (bytes.subarray(TABLE_AT + count * REF_BYTES).some((byte) => byte !== 0)) fail('has bytes behind its end');
  return { kind, refs };
}
