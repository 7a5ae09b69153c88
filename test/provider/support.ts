import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hex } from 'viem';
import type { FragmentKey } from '../../offchain/provider/errors.ts';
import { FragmentFiles } from '../../offchain/provider/fragment-files.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import type { Store } from '../../offchain/store/open.ts';

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
