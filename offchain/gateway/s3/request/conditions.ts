import type { ObjectVersion, WriteCondition } from '../../objects/object-store.ts';
import { S3Error } from '../errors.ts';
import { httpDate } from './times.ts';

type Header = (name: string) => string | undefined;

/** `"a", W/"b"` or `*`; without quotes. */
export function parseETags(text: string | undefined): readonly string[] | '*' | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '*') return '*';
  return text.split(',').map((one) => one.trim().replace(/^W\//, '').replace(/^"(.*)"$/, '$1')).filter((one) => one !== '');
}

/** If-Match and If-None-Match of a write: judged by the store, together with it. */
export function writeCondition(header: Header): WriteCondition | undefined {
  const [ifMatch, ifNoneMatch] = [parseETags(header('if-match')), parseETags(header('if-none-match'))];
  return ifMatch === undefined && ifNoneMatch === undefined ? undefined : { ...(ifMatch === undefined ? {} : { ifMatch }), ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }) };
}

/** Throws NotModified or PreconditionFailed, in the order that RFC 9110 gives: an ETag wins over a time. */
export function checkRead(header: Header, version: ObjectVersion): void {
  const state = stateOf(header, '', version);
  if (state === 'failed') throw new S3Error('PreconditionFailed');
  if (state === 'unmodified') throw new S3Error('NotModified', undefined, { headers: { etag: `"${version.etag}"`, 'last-modified': httpDate(version.modifiedMs) } });
}

/** The same of a copy's source; what would be 304 is 412 there. */
export function checkSource(header: Header, version: ObjectVersion): void {
  if (stateOf(header, 'x-amz-copy-source-', version) !== 'holds') throw new S3Error('PreconditionFailed');
}

function stateOf(header: Header, prefix: string, { etag, modifiedMs }: ObjectVersion): 'holds' | 'failed' | 'unmodified' {
  const has = (tags: readonly string[] | '*') => tags === '*' || tags.includes(etag);
  const seconds = Math.floor(modifiedMs / 1000) * 1000;
  const match = parseETags(header(`${prefix}if-match`));
  const unmodified = timeOf(header(`${prefix}if-unmodified-since`));
  if (match !== undefined ? !has(match) : unmodified !== undefined && seconds > unmodified) return 'failed';
  const noneMatch = parseETags(header(`${prefix}if-none-match`));
  const modified = timeOf(header(`${prefix}if-modified-since`));
  return (noneMatch !== undefined ? has(noneMatch) : modified !== undefined && seconds <= modified) ? 'unmodified' : 'holds';
}

function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
