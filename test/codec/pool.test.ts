import { describe, expect, test } from 'vitest';
import { BatchMemory } from '../../offchain/codec/batch-memory.ts';
import { hex } from '../../offchain/codec/bytes.ts';
import { EMPTY_CATALOG } from '../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../offchain/codec/chunk-ref.ts';
import { encodeBundle } from '../../offchain/codec/encode-bundle.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { deriveKeys } from '../../offchain/codec/keys.ts';
import { browserPlatform } from '../../offchain/codec/platform-browser.ts';
import { type JobMessage, type ResultMessage, serveJobs } from '../../offchain/codec/pool/messages.ts';
import { openNodePool } from '../../offchain/codec/pool/pool-node.ts';
import { PoolError, type WorkerPool } from '../../offchain/codec/pool/pool.ts';
import { type Thread, ThreadPool } from '../../offchain/codec/pool/thread-pool.ts';
import type { Platform } from '../../offchain/codec/types.ts';
import { AGREEMENT, CREATED, file, folder, master, noise, platform, stream } from './pipeline.ts';

/** WebCrypto, with Node's zstd: without it documents would be stored uncompressed, in other batches. */
const webPlatform = browserPlatform(platform);

/** A thread with a browser's platform and a browser's rules for messages: what is not shared is cloned or changes hands. */
function browserThread(): Thread {
  let answer: (message: ResultMessage) => void = () => undefined;
  const serve = serveJobs(webPlatform, (message, transfer) => answer(structuredClone(message, { transfer })));
  return {
    post: (message: JobMessage, transfer) => void serve(structuredClone(message, { transfer })),
    onResult: (handler) => (answer = handler),
    onFailure: () => undefined,
    keepAlive: () => undefined,
    end: () => Promise.resolve(),
  };
}

const text = new TextEncoder().encode('a line that repeats itself\n'.repeat(40_000));
const mixed = () => [folder('a'), file('a/big', noise(9_000_000)), file('a/small', noise(300, 2)), file('twin', noise(9_000_000)), file('none', new Uint8Array(0)), file('text', text)];

interface Run {
  readonly pool?: WorkerPool;
  readonly memory?: BatchMemory;
  readonly on?: Platform;
  readonly shape: Parameters<typeof geometry>[0];
}

async function encode({ pool, memory, on = platform, shape }: Run): Promise<string[]> {
  const run = encodeBundle({
    geometry: geometry(shape), agreement: AGREEMENT, keys: await deriveKeys(on, master(1)), sealKey: master(9), platform: on, pool, memory,
    visibility: 'private', name: 'home', created: CREATED, objects: stream(mixed()), known: new ChunkIndex(), catalog: EMPTY_CATALOG,
  });
  const lines: string[] = [];
  for (let step = await run.next(); ; step = await run.next()) {
    if (step.done === true) return [...lines, hex(step.value.bundleRoot!)];
    const { ordinal, batchId, fragments, roots, release } = step.value;
    lines.push(`${ordinal} ${hex(batchId)} ${roots.map(hex).join()} ${fragments.map((bytes) => hex(bytes.slice(-8))).join()}`);
    release();
  }
}

const shapes = [{ k: 4, m: 2, batchLog2: 20 }, { k: 10, m: 6, batchLog2: 23 }, { k: 3, m: 1, batchLog2: 16 }, { k: 30, m: 50, batchLog2: 22 }];

describe('encodeBundle on threads', () => {
  test.each(shapes)('$k+$m, 2^$batchLog2: threads, reused memory and transferred buffers change nothing', async (shape) => {
    const expected = await encode({ shape });
    const pool = openNodePool({ threads: 2 });
    try {
      expect(await encode({ shape, pool })).toEqual(expected);
      expect(await encode({ shape, pool, memory: new BatchMemory({ maxBatches: 1 }) })).toEqual(expected);
      expect(await encode({ shape, memory: new BatchMemory({ maxBatches: 2 }) })).toEqual(expected);
    } finally {
      await pool.close();
    }
    const browser = new ThreadPool([browserThread(), browserThread()], { sharesMemory: false });
    expect(await encode({ shape, pool: browser, on: webPlatform, memory: new BatchMemory({ maxBatches: 2 }) })).toEqual(expected);
    expect(await encode({ shape, on: webPlatform })).toEqual(expected);
  });

  test('no more batches exist than the memory allows, and the next waits for a release', async () => {
    const memory = new BatchMemory({ maxBatches: 2 });
    const shape = geometry({ k: 2, m: 1, batchLog2: 16 });
    const [first, second] = [memory.tryAcquire(shape, false)!, memory.tryAcquire(shape, false)!];
    expect(memory.tryAcquire(shape, false)).toBeNull();
    const waiting = memory.released().then(() => memory.tryAcquire(shape, false)!);
    second.release();
    second.release();
    const third = await waiting;
    expect(third.data[0]!.buffer).toBe(second.data[0]!.buffer);
    expect(memory.tryAcquire(shape, false)).toBeNull();
    first.release();
    expect(memory.tryAcquire(shape, false)).not.toBeNull();
  });
});

describe('the memory of very large batches', () => {
  test('has one parity, which is waited for', async () => {
    const memory = new BatchMemory({ maxBatches: 2 });
    const shape = { k: 1, m: 1, n: 2, fragmentSize: 2 ** 27 + 256 };
    const [first, second] = [memory.tryAcquire(shape, true)!, memory.tryAcquire(shape, true)!];
    const [coded] = await first.parity();
    let isReady = false;
    const waiting = second.parity().then(([parity]) => {
      isReady = true;
      return parity;
    });
    await new Promise(setImmediate);
    expect(isReady).toBe(false);
    first.release();
    expect((await waiting)!.buffer).toBe(coded!.buffer);
  });
});

describe('a pool', () => {
  test('copies parts of buffers, hands over whole ones, shares shared ones', async () => {
    const pool = openNodePool({ threads: 1 });
    try {
      const part = noise(4000).subarray(0, 1000);
      const whole = noise(1000);
      const shared = new Uint8Array(new SharedArrayBuffer(1000));
      shared.set(noise(1000));
      const expected = hex((await pool.run('chunkIds', { buffers: [part], sizes: Uint32Array.of(1000), keys: null })).ids);
      expect(part).toHaveLength(1000);
      const moved = await pool.run('chunkIds', { buffers: [whole], sizes: Uint32Array.of(1000), keys: null });
      expect([whole.length, moved.buffers[0].length, hex(moved.ids)]).toEqual([0, 1000, expected]);
      const kept = await pool.run('chunkIds', { buffers: [shared], sizes: Uint32Array.of(1000), keys: null });
      expect([shared.length, hex(kept.ids)]).toEqual([1000, expected]);
    } finally {
      await pool.close();
    }
  });

  test('the caller works too: while the other threads start, and once they have enough', async () => {
    const seen: string[] = [];
    let start: () => void = () => undefined;
    const thread = (name: string, isOwn: boolean): Thread & { finish(): void } => {
      let answer: (message: ResultMessage) => void = () => undefined;
      const running: JobMessage[] = [];
      return {
        isOwn,
        ...(isOwn ? {} : { onceUp: (handler: () => void) => (start = handler) }),
        post: (message) => void (seen.push(name), running.push(message)),
        finish: () => answer({ id: running.shift()!.id, result: { buffers: null } }),
        onResult: (handler) => (answer = handler),
        onFailure: () => undefined,
        keepAlive: () => undefined,
        end: () => Promise.resolve(),
      };
    };
    const [other, own] = [thread('other', false), thread('own', true)];
    const pool = new ThreadPool([other, own], { sharesMemory: true });
    const shared = new Uint8Array(new SharedArrayBuffer(9));
    const jobs = Array.from({ length: 7 }, () => pool.run('chunkIds', { buffers: [shared], sizes: Uint32Array.of(9), keys: null }));
    expect(seen).toEqual(['own']);
    start();
    expect(seen).toEqual(['own', 'other', 'other', 'other', 'other']);
    other.finish();
    expect(seen.at(-1)).toBe('other');
    own.finish();
    expect(seen.at(-1)).toBe('own');
    for (const one of [own, other, other, other, other]) one.finish();
    // What lies in shared memory does not travel back: it is the very array that was given.
    for (const { buffers } of await Promise.all(jobs)) expect(buffers[0]).toBe(shared);
  });

  test('what a thread still says while it ends does not let the process go before it has', async () => {
    const seen: string[] = [];
    let answer: (message: ResultMessage) => void = () => undefined;
    let start: () => void = () => undefined;
    const thread: Thread = {
      onceUp: (handler) => (start = handler),
      post: () => undefined,
      onResult: (handler) => (answer = handler),
      onFailure: () => undefined,
      keepAlive: (isBusy) => void seen.push(isBusy ? 'kept' : 'let go'),
      end: async () => {
        seen.push('ending');
        answer({ id: 0, result: { buffers: null } });
        start();
      },
    };
    const pool = new ThreadPool([thread], { sharesMemory: true });
    start();
    const job = pool.run('chunkIds', { buffers: [new Uint8Array(9)], sizes: Uint32Array.of(9), keys: null });
    await Promise.all([pool.close(), expect(job).rejects.toThrow('closed')]);
    expect(seen.at(-1)).toBe('ending');
  });

  test('a job that fails fails alone; a closed pool refuses', async () => {
    const pool = openNodePool({ threads: 2 });
    await expect(pool.run('recover', { buffers: [], slots: [], k: 2, m: 1, wanted: [0] })).rejects.toThrow(PoolError);
    const { ids } = await pool.run('chunkIds', { buffers: [noise(5)], sizes: Uint32Array.of(5), keys: null });
    expect(ids).toHaveLength(32);
    const late = pool.run('chunkIds', { buffers: [noise(5)], sizes: Uint32Array.of(5), keys: null });
    const closed = pool.close();
    await expect(late).rejects.toThrow(PoolError);
    await closed;
    await expect(pool.run('chunkIds', { buffers: [noise(5)], sizes: Uint32Array.of(5), keys: null })).rejects.toThrow(PoolError);
  });
});
