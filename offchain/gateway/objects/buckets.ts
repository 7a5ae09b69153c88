/** Buckets and their settings. */
import type { Objects } from './context.ts';
import { BucketExistsError, BucketNotEmptyError } from './errors.ts';
import { bucketSubject } from './new-version.ts';
import type { Bucket, BucketSettings } from './object-store.ts';
import type { BucketRecord } from './records.ts';
import { bucketChange, bucketOf } from './versions.ts';

const NEW: BucketSettings = { versioning: 'off', lifecycle: [], cors: [], tags: {} };

export function createBucket({ store, commits, clock }: Objects, name: string): Promise<Bucket> {
  return commits.write({
    shared: [], exclusive: [bucketSubject(name)],
    plan: async () => {
      if ((await store.objectBucket.findUnique({ where: { name } })) !== null) throw new BucketExistsError(name);
      const bucket = { name, createdMs: clock.nowMs(), ...NEW };
      return { changes: [bucketChange(bucket)], result: bucket };
    },
  });
}

export function deleteBucket({ store, commits }: Objects, name: string): Promise<void> {
  return commits.write({
    shared: [], exclusive: [bucketSubject(name)],
    plan: async () => {
      await bucketOf(store, name);
      const [version, upload] = await Promise.all([store.objectVersion.findFirst({ where: { bucket: name } }), store.objectUpload.findFirst({ where: { bucket: name } })]);
      if (version !== null || upload !== null) throw new BucketNotEmptyError(name);
      return { changes: [{ t: '-bucket', name }], result: undefined };
    },
  });
}

export async function listBuckets({ store }: Objects): Promise<Bucket[]> {
  const rows = await store.objectBucket.findMany();
  return rows
    .map(({ name, createdMs, record }) => ({ name, createdMs: Number(createdMs), ...(JSON.parse(record) as BucketRecord) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function patchBucket({ store, commits }: Objects, name: string, patch: Partial<BucketSettings>): Promise<Bucket> {
  return commits.write({
    shared: [], exclusive: [bucketSubject(name)],
    plan: async () => {
      const bucket: Bucket = { ...(await bucketOf(store, name)), ...patch };
      return { changes: [bucketChange(bucket)], result: bucket };
    },
  });
}
