/** `dag-scope` and `entity-bytes`: which blocks a CAR is to have. */
import { BadRequestError } from '../errors.ts';
import type { Entity } from '../dag/entity.ts';
import type { Scope } from '../dag/walk.ts';

const SCOPES = ['block', 'entity', 'all'] as const;
const BYTES = /^(-?\d{1,15}):(\*|-?\d{1,15})$/;

export interface WantedScope {
  readonly scope: (typeof SCOPES)[number];
  /** Both ends are meant; negative ones count from the end of the file, `*` is the last byte. */
  readonly bytes: { readonly from: number; readonly to: number | '*' } | undefined;
}

/** @throws BadRequestError */
export function wantedScope(query: URLSearchParams): WantedScope {
  const text = query.get('dag-scope') ?? 'all';
  const scope = SCOPES.find((one) => one === text);
  if (scope === undefined) throw new BadRequestError(`dag-scope is block, entity or all, not ${text.slice(0, 40)}.`);
  const given = query.get('entity-bytes');
  if (given === null) return { scope, bytes: undefined };
  const [, from = '', to = ''] = BYTES.exec(given) ?? [];
  if (from === '') throw new BadRequestError(`entity-bytes is from:to, not ${given.slice(0, 40)}.`);
  const bytes = { from: Number(from), to: to === '*' ? ('*' as const) : Number(to) };
  if (bytes.to !== '*' && bytes.from >= 0 === bytes.to >= 0 && bytes.from > bytes.to) throw new BadRequestError(`entity-bytes=${given} ends before it begins.`);
  return { scope: 'entity', bytes };
}

/** @throws BadRequestError when no byte of the range can be in the file */
export function scopeOf({ scope, bytes }: WantedScope, entity: Entity): Scope {
  if (bytes === undefined || entity.kind !== 'file') return scope;
  const size = entity.sizeBytes;
  const from = bytes.from < 0 ? size + bytes.from : bytes.from;
  const last = bytes.to === '*' ? size - 1 : bytes.to < 0 ? size + bytes.to : bytes.to;
  // An empty file and a range of no length are answered with the block that says so.
  if (size > 0 && (from >= size || last < 0)) throw new BadRequestError(`The file has ${size} bytes, and none of them is in that range.`);
  const range = { from: Math.max(0, from), to: Math.min(size, last + 1) };
  return range.from >= range.to ? 'block' : range;
}

export function describeScope({ scope, bytes }: WantedScope): string {
  return bytes === undefined ? scope : `${scope}.${bytes.from}:${bytes.to}`;
}
