/** The whole state as changes that lead to it from nothing. */
import type { Store } from '../../store/open.ts';
import type { Change } from './records.ts';

const PAGE = 1000;

/** To be read while nothing writes. */
export async function* dumpOf(store: Store): AsyncGenerator<Change, void> {
  for (const { name, createdMs, record } of await store.objectBucket.findMany({ orderBy: { name: 'asc' } })) yield { t: 'bucket', name, createdMs: Number(createdMs), record: JSON.parse(record) };
  const order = [{ bucket: 'asc' }, { key: 'asc' }, { order: 'asc' }] as const;
  type At = { readonly bucket: string; readonly key: string; readonly order: bigint };
  for (let after: At | undefined; ; ) {
    const page = await store.objectVersion.findMany({ orderBy: [...order], take: PAGE, ...(after === undefined ? {} : { skip: 1, cursor: { bucket_key_order: after } }) });
    for (const row of page) yield versionChange(row);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = { bucket: last.bucket, key: last.key, order: last.order };
  }
  for (const { uploadId, bucket, key, createdMs, record } of await store.objectUpload.findMany({ orderBy: { uploadId: 'asc' } })) {
    yield { t: 'upload', uploadId, bucket, key, createdMs: Number(createdMs), record: JSON.parse(record) };
    for (const part of await store.objectPart.findMany({ where: { uploadId }, orderBy: { number: 'asc' } })) {
      yield { t: 'part', uploadId, number: part.number, sizeBytes: Number(part.sizeBytes), etag: part.etag, modifiedMs: Number(part.modifiedMs), record: JSON.parse(part.record) };
    }
  }
}

function versionChange(row: { bucket: string; key: string; order: bigint; versionId: string; isMarker: boolean; sizeBytes: bigint; etag: string; modifiedMs: bigint; record: string }): Change {
  const { bucket, key, order, versionId, isMarker, sizeBytes, etag, modifiedMs, record } = row;
  return { t: 'version', bucket, key, order: Number(order), versionId, isMarker, sizeBytes: Number(sizeBytes), etag, modifiedMs: Number(modifiedMs), record: JSON.parse(record) };
}
