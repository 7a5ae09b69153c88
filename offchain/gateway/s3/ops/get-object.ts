import { HoldfastError } from '../../../wire/errors.ts';
import type { ObjectVersion } from '../../objects/object-store.ts';
import { placeOf } from '../call.ts';
import type { Call, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { checkRead, parseETags } from '../request/conditions.ts';
import { writeObjectHeaders } from '../request/object-headers.ts';
import { parseRange } from '../request/range.ts';
import type { ByteRange } from '../request/range.ts';
import { checksumHeaders } from './checksum-fields.ts';

/** How often an object is looked up anew that was overwritten before its first byte was read. */
const TRIES = 4;

export const getObject: Operation = async ({ objects }, call) => {
  for (let left = TRIES - 1; ; left--) {
    const opened = await objects.getObject({ ...placeOf(call), versionId: call.target.query.get('versionId') });
    const { version } = opened;
    const { range, ...answer } = describe(call, version);
    const sizeBytes = range === undefined ? version.sizeBytes : range.end - range.start;
    try {
      return { ...answer, body: { sizeBytes, bytes: await begun(opened.read(range, call.signal)) } };
    } catch (error) {
      if (left === 0 || !(error instanceof HoldfastError) || error.code !== 'BODY_LOST') throw error;
    }
  }
};

/** With the first piece read already: as long as no status is out, a failure can still be told. */
async function begun(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}

export const headObject: Operation = async ({ objects }, call) => {
  const version = await objects.headObject({ ...placeOf(call), versionId: call.target.query.get('versionId') });
  const { range, ...answer } = describe(call, version);
  return { ...answer, headers: { ...answer.headers, 'content-length': range === undefined ? version.sizeBytes : range.end - range.start } };
};

/** Status and headers of a GET or HEAD. Throws NotModified, PreconditionFailed, InvalidRange. */
function describe(call: Call, version: ObjectVersion) {
  const { query } = call.target;
  checkRead(call.header, version);
  const range = query.has('partNumber') ? partRange(call, version) : parseRange(rangeHeader(call, version), version.sizeBytes);
  const wantsChecksum = range === undefined && call.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const headers = { ...writeObjectHeaders(version, query), ...(wantsChecksum ? checksumHeaders(version.checksum) : {}) };
  if (range === undefined) return { range, status: query.has('partNumber') ? 206 : 200, headers };
  return { range, status: 206, headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end - 1}/${version.sizeBytes}` } };
}

/** If-Range: the range counts only as long as the object is the one that the client knows. */
function rangeHeader(call: Call, version: ObjectVersion): string | undefined {
  const known = call.header('if-range');
  if (known === undefined) return call.header('range');
  const isSame = /^"|^W\//.test(known) ? parseETags(known)?.includes(version.etag) : Math.floor(version.modifiedMs / 1000) * 1000 <= Date.parse(known);
  return isSame === true ? call.header('range') : undefined;
}

function partRange({ target: { query }, header }: Call, { partSizes, sizeBytes }: ObjectVersion): ByteRange | undefined {
  if (header('range') !== undefined) throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  const number = query.count('partNumber', 10_000) ?? 0;
  const sizes = partSizes ?? [sizeBytes];
  if (number < 1) throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  if (number > sizes.length) throw new S3Error('InvalidRange', 'The requested partnumber is not satisfiable');
  const start = sizes.slice(0, number - 1).reduce((sum, size) => sum + size, 0);
  const end = start + sizes[number - 1]!;
  return end === start ? undefined : { start, end };
}
