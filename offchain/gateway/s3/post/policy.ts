/** The policy of a form: what its signer allows it to hold, and until when. */
import { z } from 'zod';
import { S3Error } from '../errors.ts';

const text = z.string().max(20_480);
const size = z.union([z.number().int().min(0), z.string().regex(/^\d{1,15}$/).transform(Number)]);
const Condition = z.union([
  z.tuple([z.string().regex(/^content-length-range$/i), size, size]),
  z.tuple([z.string().regex(/^(eq|starts-with)$/i), z.string().regex(/^\$./s), text]),
  z.record(text, text).refine((one) => Object.keys(one).length === 1, 'has one field'),
]);
const Policy = z.strictObject({ expiration: z.string().max(64), conditions: z.array(Condition).max(1_000) });

export interface PolicyCondition {
  readonly match: 'eq' | 'starts-with';
  /** Lower case, without `$`. */
  readonly field: string;
  readonly value: string;
}

export interface PostPolicy {
  readonly expiresMs: number;
  readonly conditions: readonly PolicyCondition[];
  /** Bytes of the file, both inclusive. */
  readonly sizes: { readonly min: number; readonly max: number };
}

/** `encoded`: base64 of JSON. Throws InvalidPolicyDocument. */
export function parsePolicy(encoded: string): PostPolicy {
  const { expiration, conditions } = Policy.safeParse(jsonOf(encoded)).data ?? fail('Invalid Policy: it needs an expiration and conditions, each {"field": "value"}, ["eq" or "starts-with", "$field", "value"] or ["content-length-range", least, most].');
  const expiresMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expiresMs)) throw fail('Invalid Policy: Invalid \'expiration\' value; it must look like 2030-12-30T12:00:00.000Z.');
  const rules: PolicyCondition[] = [];
  let [min, max] = [0, Number.MAX_SAFE_INTEGER];
  for (const one of conditions) {
    if (!Array.isArray(one)) {
      const [[field, value]] = Object.entries(one) as [[string, string]];
      rules.push({ match: 'eq', field: field.toLowerCase(), value });
    } else if (typeof one[1] === 'number') [min, max] = [Math.max(min, one[1]), Math.min(max, one[2] as number)];
    else rules.push({ match: one[0].toLowerCase() as PolicyCondition['match'], field: one[1].slice(1).toLowerCase(), value: one[2] as string });
  }
  return { expiresMs, conditions: rules, sizes: { min, max } };
}

function jsonOf(encoded: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64')));
  } catch (cause) {
    throw fail('Invalid Policy: Invalid JSON.', cause);
  }
}

function fail(sentence: string, cause?: unknown): never {
  throw new S3Error('InvalidPolicyDocument', sentence, { cause });
}

/** Fields that no condition needs to name. */
const FREE = new Set(['policy', 'x-amz-signature', 'file']);
/** A list, of which each part has to begin as allowed. */
const LISTS = new Set(['content-type']);

/**
 * `values`: by lower-case name, variables filled in, with `bucket` as the address has it. Every field that is sent must be allowed, and every condition met.
 * Throws AccessDenied.
 */
export function checkPolicy({ expiresMs, conditions }: PostPolicy, { fields, bucket, nowMs }: { readonly fields: ReadonlyMap<string, string>; readonly bucket: string; readonly nowMs: number }): void {
  if (nowMs >= expiresMs) throw denied('Policy expired.');
  const values = new Map([...fields, ['bucket', bucket]]);
  for (const { match, field, value } of conditions) {
    const given = values.get(field);
    const isMet = given !== undefined && (match === 'eq' ? given === value : beginsAsAllowed(field, given, value));
    if (!isMet) throw denied(`Policy Condition failed: ["${match}", "$${field}", "${value}"]`);
  }
  const named = new Set(conditions.map(({ field }) => field));
  const extra = [...fields.keys()].filter((name) => !named.has(name) && !FREE.has(name) && !name.startsWith('x-ignore-'));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
}

function beginsAsAllowed(field: string, given: string, prefix: string): boolean {
  return (LISTS.has(field) ? given.split(',') : [given]).every((one) => one.startsWith(prefix));
}

function denied(why: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${why}`);
}
