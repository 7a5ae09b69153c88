/** Object stores on a small real network. */
import { createHash } from 'node:crypto';
import type { Client } from '../../../offchain/client/client.ts';
import { type OpenObjectsOptions, type OpenedObjects, openObjects } from '../../../offchain/gateway/objects/open.ts';
import type { ObjectsSettingsInput } from '../../../offchain/gateway/objects/settings.ts';
import { createLogger } from '../../../offchain/store/log.ts';

/** Nothing is committed, expired or compacted but by the test. */
export const QUIET: ObjectsSettingsInput = { flushMs: 10 ** 9, lifecycleMs: 10 ** 9, compactMs: 10 ** 9 };

export interface TestClock {
  nowMs(): number;
  advance(ms: number): void;
}

export function testClock(startMs = Date.UTC(2026, 0, 1, 12)): TestClock {
  let now = startMs;
  return { nowMs: () => now, advance: (ms) => void (now += ms) };
}

export function openTestObjects(client: Client, settings: ObjectsSettingsInput = {}, more: Partial<OpenObjectsOptions> = {}): Promise<OpenedObjects> {
  return openObjects({ client, settings: { ...QUIET, ...settings }, log: createLogger({ name: 'test', write: () => undefined }), ...more });
}

/** In pieces, as a socket gives it. */
export async function* pieces(bytes: Uint8Array | string, size = 65_536): AsyncGenerator<Uint8Array, void> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of body) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

export async function textOf(store: OpenedObjects, bucket: string, key: string, versionId?: string): Promise<string> {
  const object = await store.getObject({ bucket, key, versionId });
  return (await bytesOf(object.read())).toString();
}

export function put(store: OpenedObjects, bucket: string, key: string, bytes: Uint8Array | string, more: Partial<Parameters<OpenedObjects['putObject']>[0]> = {}) {
  return store.putObject({ bucket, key, body: pieces(bytes), ...more });
}

export function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('hex');
}

export async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}
