/** The signed record of a public name: who says, in which version, what it stands for. */
import { bytesToHex, isAddressEqual, keccak256, stringToBytes } from 'viem';
import type { Hex, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { address, hash, seconds, signature } from './fields.ts';
import { BadRequestError } from './http-errors.ts';
import { parseAs } from './json.ts';
import { ContentId, PublicLocation } from './named.ts';
import { PUBLIC_NAME_BYTES, nameKey, normaliseName } from './named-name.ts';
import { digestTyped, recoverTyped } from './typed-data.ts';
import type { PublicName } from './typed-data.ts';

/** Heavy nodes that keep a record: the first so many of the name's order that answer. */
export const NAME_REPLICAS = 3;
/** Of a record's value, in UTF-8; a larger one is stored as public content and referred to. */
export const NAME_VALUE_MAX_BYTES = 56 * 1024;
/** A record as JSON. */
export const NAMED_RECORD_BYTES = 64 * 1024;
/** Versions that are kept of one name, and their bytes: the oldest go first. */
export const VERSIONS_KEPT = 32;
export const VERSIONS_KEPT_BYTES = 512 * 1024;
/** Records that a record follows: one, or all sides of a fork. */
const PARENTS_MAX = 8;
/** Fits into the databases' integers. */
const counter = z.number().int().min(1).max(2 ** 31 - 1);

/** What a name stands for. */
export const NamedValue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('object'), location: PublicLocation }),
  /** The location itself is too large: this is where a file lies whose bytes are the JSON of it. */
  z.object({ kind: z.literal('reference'), location: PublicLocation }),
  /** The owner took the content back; the name stays his. */
  z.object({ kind: z.literal('withdrawn') }),
]);
export type NamedValue = z.infer<typeof NamedValue>;

const head = {
  name: z.string().min(1).max(PUBLIC_NAME_BYTES),
  /** Which of the name's owners this is: 1 for the first one, one more with each hand-over on the chain. */
  tenure: counter,
  owner: address,
  version: counter,
  /** Hashes of the records that this one follows, in ascending order: more than one heal a fork. */
  parents: z.array(hash).max(PARENTS_MAX),
  /** Of the object; empty and zero when it is withdrawn. */
  contentId: z.union([ContentId, z.literal('')]),
  root: hash,
  /** By the owner's clock. */
  created: seconds,
  /** From then on the name resolves to nothing; 0: never. */
  expiry: seconds,
  signature,
};

/** JSON of a `NamedValue`, as text, so that its hash needs no rule for writing JSON. */
export const NamedRecord = z.strictObject({ ...head, value: z.string().max(NAME_VALUE_MAX_BYTES) });
export type NamedRecord = z.infer<typeof NamedRecord>;

/** A record without its value: enough to check its signature. */
export const NamedSummary = z.strictObject({ ...head, valueHash: hash });
export type NamedSummary = z.infer<typeof NamedSummary>;

export class BadRecordError extends BadRequestError {
  constructor(why: string) {
    super(`The record of the name is refused: ${why}.`, { code: 'BAD_RECORD' });
  }
}

export function valueHashOf(value: string): Hex {
  return keccak256(bytesToHex(stringToBytes(value)));
}

export function summaryOf({ value, ...rest }: NamedRecord): NamedSummary {
  return { ...rest, valueHash: valueHashOf(value) };
}

/** What the owner signs. */
export function messageOf({ name, tenure, owner, version, parents, contentId, root, valueHash, created, expiry }: Omit<NamedSummary, 'signature'>): PublicName {
  return { name, tenure, owner, version, parents, contentId, root, valueHash, created, expiry };
}

/** Names a record: the digest that its owner signed, so it counts for one market on one chain. */
export function recordHash(domain: TypedDataDomain, message: PublicName): Hex {
  return digestTyped(domain, 'PublicName', message);
}

/** What orders the records of one name: each reader and each holder ends with the same one, in whichever order they come. */
export interface Rank {
  readonly tenure: number;
  readonly version: number;
  readonly hash: Hex;
}

export function outranks(a: Rank, b: Rank): boolean {
  if (a.tenure !== b.tenure) return a.tenure > b.tenure;
  if (a.version !== b.version) return a.version > b.version;
  return a.hash.toLowerCase() > b.hash.toLowerCase();
}

/**
 * Checks what needs no chain: the name's spelling, the order of the parents, the signature. Returns the record's hash.
 * @throws BadNameError, BadRecordError
 */
export async function checkSummary(domain: TypedDataDomain, key: Hex, record: NamedSummary): Promise<Hex> {
  if (normaliseName(record.name) !== record.name || nameKey(record.name) !== key.toLowerCase()) throw new BadRecordError('its name is not the one that was asked for, in its one spelling');
  if (record.parents.some((parent, i) => i > 0 && parent.toLowerCase() <= (record.parents[i - 1] as Hex).toLowerCase())) throw new BadRecordError('its parents are not in ascending order');
  const message = messageOf(record);
  const signer = await recoverTyped(domain, 'PublicName', message, record.signature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, record.owner)) throw new BadRecordError(`${record.owner} did not sign it for this market`);
  return recordHash(domain, message);
}

/** The value, which must be of the object that the record names. @throws BadRecordError, BadRequestError */
export function openValue(record: Pick<NamedRecord, 'value' | 'contentId' | 'root'>): NamedValue {
  let json: unknown;
  try {
    json = JSON.parse(record.value);
  } catch {
    throw new BadRecordError('its value is not JSON');
  }
  const value = parseAs(NamedValue, json, 'The value');
  if (value.kind === 'object' && (value.location.contentId !== record.contentId || value.location.root !== record.root)) throw new BadRecordError('its value is of another object than it says');
  if ((value.kind === 'withdrawn') !== (record.contentId === '')) throw new BadRecordError('it names an object exactly when it is withdrawn');
  return value;
}
