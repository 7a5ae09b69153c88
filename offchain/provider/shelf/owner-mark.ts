import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { bodyOf } from '../../store/bucket/bucket.ts';
import type { Bucket } from '../../store/bucket/bucket.ts';
import { ObjectExistsError, ObjectMissingError } from '../../store/bucket/errors.ts';
import type { FileLayer } from '../../store/files.ts';
import { HoldfastError } from '../../wire/errors.ts';
import { isMissing, makeFolder, openNew, removeFile, withFile } from '../disk.ts';

const OBJECT = 'holdfast-owner';
const FILE = 'bucket-owner';
const MARK = /^[0-9a-f-]{36}$/;
const MARK_BYTES = 36;

/** Two nodes with one bucket and prefix would each remove what the other keeps. */
export class BucketTakenError extends HoldfastError {
  constructor(address: string, home: string) {
    super('BUCKET_TAKEN', `${address} is the store of another provider's home, not of ${home}.`, {
      details: { address, home },
      nextStep: `Give this provider a prefix of its own. If the folder ${home} was lost, put it back with its database: fragments without their rows would be removed. To give up what lies there, remove the object "${OBJECT}".`,
    });
  }
}

/**
 * Marks the bucket as this home's: an object and a file say the same. The file comes first, so that a node which was cut off in between knows its own mark.
 * @throws BucketTakenError, BucketError
 */
export async function claimBucket(bucket: Bucket, options: { readonly layer: FileLayer; readonly home: string }): Promise<void> {
  const { layer, home } = options;
  const mine = (await readMark(layer, home)) ?? (await writeMark(layer, home));
  const theirs = (await readObject(bucket)) ?? (await mark(bucket, mine));
  if (theirs !== mine) throw new BucketTakenError(bucket.address, home);
}

/** Who was first: a server that does not know conditions has taken the last one, so it is read again. */
async function mark(bucket: Bucket, mine: string): Promise<string | undefined> {
  try {
    await bucket.put(OBJECT, bodyOf(Buffer.from(mine)), { ifAbsent: true });
  } catch (error) {
    if (!(error instanceof ObjectExistsError)) throw error;
  }
  return readObject(bucket);
}

async function readObject(bucket: Bucket): Promise<string | undefined> {
  try {
    return Buffer.from((await bucket.read(OBJECT, { start: 0, end: MARK_BYTES + 1 })).bytes).toString('latin1');
  } catch (error) {
    if (error instanceof ObjectMissingError) return undefined;
    throw error;
  }
}

async function readMark(layer: FileLayer, home: string): Promise<string | undefined> {
  const bytes = new Uint8Array(MARK_BYTES);
  try {
    const text = Buffer.from(bytes.subarray(0, await withFile(layer, join(home, FILE), 'r', (file) => file.read(bytes, 0)))).toString('latin1');
    return MARK.test(text) ? text : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeMark(layer: FileLayer, home: string): Promise<string> {
  await makeFolder(layer, home);
  const path = join(home, FILE);
  const mine = randomUUID();
  const file = await openNew(layer, path, () => removeFile(layer, path));
  try {
    await file.write([Buffer.from(mine)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await layer.syncFolder(home);
  return mine;
}
