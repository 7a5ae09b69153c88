import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hex } from 'viem';
import type { FragmentKey } from '../../offchain/provider/errors.ts';
import { FragmentFiles } from '../../offchain/provider/fragment-files.ts';
import { Bucket } from '../../offchain/store/bucket/bucket.ts';
import { BucketSettings } from '../../offchain/store/bucket/settings.ts';
import type { BucketSettingsInput } from '../../offchain/store/bucket/settings.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import type { Store } from '../../offchain/store/open.ts';
import { BUCKET, KEYS } from '../support/s3-server.ts';
import type { S3Server } from '../support/s3-server.ts';

export interface Shelf {
  readonly home: string;
  readonly store: Store;
  readonly files: FragmentFiles;
  close(): Promise<void>;
}

/** A provider's disk without its service: a folder of its own, real files, real SQLite. */
export async function openShelf(home?: string): Promise<Shelf> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 'holdfast-provider-')));
  const store = await openNodeStore({ home: folder, name: 'state' });
  const files = await FragmentFiles.open({ home: folder });
  return { home: folder, store, files, close: () => store.$disconnect() };
}

/** As `openShelf`, with an S3 bucket for whole fragments. */
export async function openBucketShelf(server: Pick<S3Server, 'url'>, home?: string, more: Partial<BucketSettingsInput> & { readonly spoolBytes?: number } = {}): Promise<Shelf> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 'holdfast-provider-')));
  const { spoolBytes = 1 << 30, ...settings } = more;
  const bucket = new Bucket(BucketSettings.parse({ endpoint: server.url, bucket: BUCKET, prefix: 'node-1/', giveUpMs: 300, silenceMs: 300, ...settings }), { env: KEYS });
  const store = await openNodeStore({ home: folder, name: 'state' });
  try {
    const files = await FragmentFiles.open({ home: folder, bucket: { bucket, spoolBytes } });
    return { home: folder, store, files, close: async () => (bucket.close(), await store.$disconnect()) };
  } catch (error) {
    bucket.close();
    await store.$disconnect();
    throw error;
  }
}

export async function removeShelf(shelf: Shelf): Promise<void> {
  await shelf.close();
  await rm(shelf.home, { recursive: true, force: true });
}

export function batchId(number: number): Hex {
  return `0x${createHash('sha256').update(`batch ${number}`).digest('hex')}`;
}

export function keyOf(number: number, slot = 0): FragmentKey {
  return { agreement: 1, batchId: batchId(number), slot };
}

/** Bytes that look random and are the same in every run. */
export function pattern(seed: string, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 32) {
    bytes.set(createHash('sha256').update(`${seed} ${at}`).digest().subarray(0, Math.min(32, sizeBytes - at)), at);
  }
  return bytes;
}

/** `bytes` in pieces of `pieceBytes`, as a network would deliver them. */
export async function* pieces(bytes: Uint8Array, pieceBytes = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}
