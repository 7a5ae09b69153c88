/** The value of a letter that grants something: who opens it, what it is about, and the closed grant or the place where that lies. */
import { bytesToHex, hexToBytes } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../../codec/base64.ts';
import { concat, u32, utf8 } from '../../codec/bytes.ts';
import { type Grant, decodeGrant } from '../../codec/grant.ts';
import { GRANT_BYTES_MAX, WRAPPED_BYTES, linkKey, openBody, sealBody, unwrapKey } from '../../codec/grant-box.ts';
import type { Platform } from '../../codec/types.ts';
import { bytes } from '../../wire/fields.ts';
import type { Letter } from '../../wire/letter.ts';
import { PublicLocation } from '../../wire/named.ts';
import { readPublicFile } from '../named/read-public-file.ts';
import { openLocation } from '../named/open-location.ts';
import type { PublicReader } from '../named/public-reader.ts';
import { BadGrantError } from './errors.ts';

/** What can be told without reading the grant itself. */
export const GrantHead = z.strictObject({
  label: z.string().max(4_096),
  objects: z.number().int().min(0),
  sizeBytes: z.number().int().min(0),
});
export type GrantHead = z.infer<typeof GrantHead>;

const Value = z.strictObject({
  v: z.literal(1),
  /** Absent for a link. */
  wrapped: bytes({ sizeBytes: WRAPPED_BYTES }).optional(),
  /** Base64, closed. */
  head: z.string().max(8_192),
  /** The closed grant: base64, or a public file of these bytes. */
  body: z.union([z.string(), PublicLocation]),
});
type Value = z.infer<typeof Value>;

/** A closed grant of up to so many bytes travels in the letter. */
export const INLINE_BYTES = 32 * 1024;
const HEAD_INFO = utf8('head');

export interface ClosedGrant {
  readonly head: string;
  readonly body: Uint8Array;
}

/** `bodyKey` must be new: it closes this and nothing else. */
export async function closeGrant(platform: Platform, { bodyKey, head, bytes: body }: { readonly bodyKey: Uint8Array; readonly head: GrantHead; readonly bytes: Uint8Array }): Promise<ClosedGrant> {
  const headKey = await platform.hmacSha256(bodyKey, HEAD_INFO);
  const closedHead = await sealBody(platform, headKey, utf8(JSON.stringify(head)));
  return { head: toBase64(closedHead), body: await sealBody(platform, bodyKey, body) };
}

export function grantValue({ head, body }: { readonly head: string; readonly body: Uint8Array | PublicLocation }, wrapped?: Uint8Array): string {
  const value: Value = { v: 1, ...(wrapped === undefined ? {} : { wrapped: bytesToHex(wrapped) }), head, body: body instanceof Uint8Array ? toBase64(body) : body };
  return JSON.stringify(value);
}

/** Each revision of a link is under a key of its own. */
export function linkBodyKey(platform: Platform, { secret, id, version }: { readonly secret: Uint8Array; readonly id: Hex; readonly version: number }): Promise<Uint8Array> {
  return linkKey(platform, secret, concat(hexToBytes(id), u32(version)));
}

/** The body's key of a letter to the owner of `secret`. @throws BadGrantError */
export async function bodyKeyOf(platform: Platform, letter: Letter, secret: Uint8Array): Promise<Uint8Array> {
  const { wrapped } = valueOf(letter);
  if (wrapped === undefined) throw new BadGrantError('it was closed for nobody');
  return refusing(() => unwrapKey(platform, { secret, parties: partiesOf(letter), wrapped: hexToBytes(wrapped) }));
}

export function partiesOf({ from, to }: { readonly from: Address; readonly to: Address }): { from: Uint8Array; to: Uint8Array } {
  return { from: hexToBytes(from), to: hexToBytes(to) };
}

/** @throws BadGrantError */
export async function openHead(platform: Platform, letter: Letter, bodyKey: Uint8Array): Promise<GrantHead> {
  return refusing(async () => {
    const headKey = await platform.hmacSha256(bodyKey, HEAD_INFO);
    const bytes = await openBody(platform, headKey, bytesOf(valueOf(letter).head));
    return GrantHead.parse(JSON.parse(new TextDecoder().decode(bytes)));
  });
}

/** @throws BadGrantError, and what reading throws where the grant lies in the network */
export async function openGrantBody(reader: PublicReader, letter: Letter, bodyKey: Uint8Array, signal?: AbortSignal): Promise<Grant> {
  const { body } = valueOf(letter);
  const closed = typeof body === 'string' ? bytesOf(body) : await readStored(reader, body, signal);
  return refusing(async () => decodeGrant(await openBody(reader.platform, bodyKey, closed)));
}

async function readStored(reader: PublicReader, location: PublicLocation, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (location.sizeBytes > GRANT_BYTES_MAX) throw new BadGrantError('it is larger than any grant');
  const opened = await openLocation(reader, location, { signal });
  const [entry] = opened.manifest.entries;
  if (entry === undefined || opened.manifest.entries.length !== 1) throw new BadGrantError('where it should lie is something else');
  const parts: Uint8Array[] = [];
  for await (const part of readPublicFile(reader, opened, entry, { signal })) parts.push(part.slice());
  return concat(...parts);
}

function valueOf(letter: Letter): Value {
  let json: unknown;
  try {
    json = JSON.parse(letter.value);
  } catch {
    throw new BadGrantError('it was taken back, or is no grant');
  }
  const value = Value.safeParse(json);
  if (!value.success) throw new BadGrantError('it does not follow its form');
  return value.data;
}

function bytesOf(base64: string): Uint8Array {
  const found = fromBase64(base64);
  if (found === undefined) throw new BadGrantError('it does not follow its form');
  return found;
}

async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof BadGrantError) throw cause;
    throw new BadGrantError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
