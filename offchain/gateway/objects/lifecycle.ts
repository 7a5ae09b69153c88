/** Lifecycle rules: what is due is deleted as a user would delete it, unless it has changed meanwhile. */
import type { ObjectVersion as Row } from '../../store/generated/sqlite/client.ts';
import { listBuckets } from './buckets.ts';
import type { Objects } from './context.ts';
import { endOf, fromRowKey, hexOf } from './keys.ts';
import type { Bucket, LifecycleFilter, LifecycleRule } from './object-store.ts';
import { deleteObject } from './put-object.ts';
import { abortUpload } from './uploads.ts';
import { recordOf } from './versions.ts';

const DAY_MS = 86_400_000;
const PAGE = 500;
/** Deletions of one turn; the next one goes on. */
const DELETIONS_MAX = 20_000;

/** @returns how many objects, versions and uploads were given up */
export async function applyLifecycle(objects: Objects): Promise<number> {
  let count = await abortStale(objects);
  for (const bucket of await listBuckets(objects)) {
    for (const rule of bucket.lifecycle) {
      if (count >= DELETIONS_MAX) return count;
      if (rule.enabled) count += (await expireVersions(objects, bucket, rule, DELETIONS_MAX - count)) + (await abortOld(objects, bucket, rule));
    }
  }
  return count;
}

/** `days` whole days later, at the midnight (UTC) that follows. */
export function dueMs(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function fits({ prefix, tags, largerThanBytes, smallerThanBytes }: LifecycleFilter, row: Row): boolean {
  const sizeBytes = Number(row.sizeBytes);
  if (prefix !== undefined && !row.key.startsWith(hexOf(prefix))) return false;
  if (!row.isMarker && ((largerThanBytes !== undefined && sizeBytes <= largerThanBytes) || (smallerThanBytes !== undefined && sizeBytes >= smallerThanBytes))) return false;
  const own = recordOf(row).tags;
  return Object.entries(tags ?? {}).every(([name, value]) => own[name] === value);
}

/** Walks every version below the prefix, newest first within a key. */
async function expireVersions(objects: Objects, bucket: Bucket, rule: LifecycleRule, most: number): Promise<number> {
  const { store, clock } = objects;
  const prefix = hexOf(rule.filter.prefix ?? '');
  let count = 0;
  let before: Row | undefined;
  /** Versions of this key that are newer and not the newest. */
  let newer = 0;
  const isWithVersions = rule.noncurrent !== undefined || rule.expiration?.expiredDeleteMarker === true;
  if (!isWithVersions && rule.expiration === undefined) return 0;
  for (;;) {
    const page: Row[] = await store.objectVersion.findMany({
      where: { bucket: bucket.name, ...(isWithVersions ? {} : { isLatest: true, isMarker: false }), ...(before === undefined ? { key: { gte: prefix, lt: endOf(prefix) } } : { OR: [{ key: before.key, order: { lt: before.order } }, { key: { gt: before.key, lt: endOf(prefix) } }] }) },
      orderBy: [{ key: 'asc' }, { order: 'desc' }], take: PAGE,
    });
    for (const row of page) {
      const successor = before?.key === row.key ? before : undefined;
      newer = successor === undefined ? 0 : successor.isLatest ? 0 : newer + 1;
      if (fits(rule.filter, row) && (await expire(objects, rule, { row, successor, newer, nowMs: clock.nowMs() }))) count++;
      before = row;
      if (count >= most) return count;
    }
    if (page.length < PAGE) return count;
  }
}

async function expire(objects: Objects, { expiration, noncurrent }: LifecycleRule, { row, successor, newer, nowMs }: { row: Row; successor: Row | undefined; newer: number; nowMs: number }): Promise<boolean> {
  const { bucket, versionId, order } = row;
  const key = fromRowKey(row.key);
  if (row.isLatest && row.isMarker) {
    if (expiration?.expiredDeleteMarker !== true || (await objects.store.objectVersion.count({ where: { bucket, key: row.key } })) > 1) return false;
    await deleteObject(objects, { bucket, key, versionId });
    return true;
  }
  if (row.isLatest) {
    const { days, date } = expiration ?? {};
    const isDue = (days !== undefined && nowMs >= dueMs(Number(row.modifiedMs), days)) || (date !== undefined && nowMs >= date);
    if (isDue) await deleteObject(objects, { bucket, key, ifOrder: order });
    return isDue;
  }
  if (noncurrent === undefined || successor === undefined || newer < (noncurrent.newerVersions ?? 0)) return false;
  if (nowMs < dueMs(Number(successor.modifiedMs), noncurrent.days)) return false;
  await deleteObject(objects, { bucket, key, versionId });
  return true;
}

async function abortOld(objects: Objects, { name }: Bucket, { filter, abortUploadsAfterDays }: LifecycleRule): Promise<number> {
  if (abortUploadsAfterDays === undefined) return 0;
  const prefix = hexOf(filter.prefix ?? '');
  const rows = await objects.store.objectUpload.findMany({ where: { bucket: name, key: { gte: prefix, lt: endOf(prefix) } }, select: { uploadId: true, key: true, createdMs: true } });
  const due = rows.filter(({ createdMs }) => objects.clock.nowMs() >= dueMs(Number(createdMs), abortUploadsAfterDays));
  for (const { uploadId, key } of due) await abortUpload(objects, { bucket: name, key: fromRowKey(key), uploadId });
  return due.length;
}

/** Uploads that nobody will complete any more, whatever the rules say. */
async function abortStale(objects: Objects): Promise<number> {
  const { store, clock, settings } = objects;
  const stale = await store.objectUpload.findMany({ where: { createdMs: { lt: BigInt(clock.nowMs() - settings.uploadExpiryMs) } }, select: { uploadId: true, bucket: true, key: true } });
  for (const { uploadId, bucket, key } of stale) await abortUpload(objects, { bucket, key: fromRowKey(key), uploadId });
  return stale.length;
}
