/** Pages of objects and of versions. */
import type { ObjectVersion as Row } from '../../store/generated/sqlite/client.ts';
import type { Objects } from './context.ts';
import { fromRowKey, hexOf } from './keys.ts';
import type { ListOptions, ListVersionsOptions, ObjectPage, ObjectVersion, VersionPage } from './object-store.ts';
import { type Bound, walkPage } from './page.ts';
import { bucketOf, orderOf, recordOf, rowOf, shown, spooledOf } from './versions.ts';

export async function listObjects({ store }: Objects, options: ListOptions): Promise<ObjectPage> {
  const { bucket } = options;
  await bucketOf(store, bucket);
  const { rows, prefixes, last } = await walkPage<Row>({
    ...options,
    fetch: (bound, end, take) => store.objectVersion.findMany({ where: { bucket, isLatest: true, isMarker: false, key: { ...keysOf(bound), lt: end } }, orderBy: { key: 'asc' }, take }),
  });
  return { objects: await shownAll({ store }, rows), prefixes, ...(last === undefined ? {} : { next: 'row' in last ? fromRowKey(last.row.key) : last.prefix }) };
}

export async function listVersions({ store }: Objects, options: ListVersionsOptions): Promise<VersionPage> {
  const { bucket, after, afterVersionId } = options;
  await bucketOf(store, bucket);
  const behind = after === undefined || after === '' || afterVersionId === undefined ? undefined : ((await rowOf(store, bucket, hexOf(after), afterVersionId)) ?? placeOfGone(bucket, hexOf(after), afterVersionId));
  const { rows, prefixes, last } = await walkPage<Row>({
    ...options, behind,
    fetch: (bound, end, take) => store.objectVersion.findMany({
      where: 'behind' in bound
        ? { bucket, OR: [{ key: bound.behind.key, order: { lt: bound.behind.order } }, { key: { gt: bound.behind.key, lt: end } }] }
        : { bucket, key: { gte: bound.from, lt: end } },
      orderBy: [{ key: 'asc' }, { order: 'desc' }], take,
    }),
  });
  const next = last === undefined ? undefined : 'row' in last ? { key: fromRowKey(last.row.key), versionId: last.row.versionId } : { key: last.prefix };
  return { versions: await shownAll({ store }, rows), prefixes, ...(next === undefined ? {} : { next }) };
}

/** Where a version stood that is gone: whoever empties a bucket page by page has deleted the one that the next page begins behind. Of one without a number all that is left of its key is shown. */
function placeOfGone(bucket: string, key: string, versionId: string): Row {
  return { bucket, key, order: orderOf(versionId) ?? BigInt(Number.MAX_SAFE_INTEGER), versionId, isLatest: false, isMarker: false, sizeBytes: 0n, etag: '', modifiedMs: 0n, record: '{}' };
}

function keysOf(bound: Bound<{ readonly key: string }>): { gte: string } | { gt: string } {
  return 'from' in bound ? { gte: bound.from } : { gt: bound.behind.key };
}

async function shownAll({ store }: Pick<Objects, 'store'>, rows: readonly Row[]): Promise<ObjectVersion[]> {
  const records = rows.map(recordOf);
  const spooled = await spooledOf(store, records);
  return rows.map((row, i) => shown(row, records[i]!, spooled));
}
