import { S3Error } from '../errors.ts';

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * `bytes=a-b`, `bytes=a-` or `bytes=-n`. Undefined (the whole object is sent) for several ranges and for what is no range, as S3 does.
 * Throws InvalidRange when the object ends before.
 */
export function parseRange(text: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(text?.replaceAll(' ', '') ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), sizeBytes);
    if (length === 0) throw unsatisfiable(text!, sizeBytes);
    return { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  if (start >= sizeBytes) throw unsatisfiable(text!, sizeBytes);
  return { start, end };
}

function unsatisfiable(text: string, sizeBytes: number): S3Error {
  return new S3Error('InvalidRange', undefined, { fields: { RangeRequested: text, ActualObjectSize: String(sizeBytes) }, headers: { 'content-range': `bytes */${sizeBytes}` } });
}
