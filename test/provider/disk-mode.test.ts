import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskMode } from '../../offchain/provider/disk-mode.ts';
import { FragmentFiles } from '../../offchain/provider/fragment-files.ts';
import { storeFragment } from '../../offchain/provider/fragments.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import type { Store } from '../../offchain/store/open.ts';
import { FaultPlan } from '../support/faults.ts';
import type { FaultKind } from '../support/faults.ts';
import { FaultyFiles } from '../support/faulty-files.ts';
import { rootOf } from './network.ts';
import { keyOf, pattern, pieces } from './support.ts';

const SIZE = 80 * 256;
const RESERVE = 1_000_000n;
let folder: string;
let store: Store;
let plan: FaultPlan;
let layer: FaultyFiles;
let files: FragmentFiles;
let mode: DiskMode;
let events: string[];
let nowMs: number;

beforeEach(async () => {
  folder = join(tmpdir(), `holdfast-mode-${randomUUID()}`);
  store = await openNodeStore({ home: folder, name: 'state' });
  plan = new FaultPlan();
  layer = new FaultyFiles(plan);
  files = await FragmentFiles.open({ home: '/provider', layer });
  events = [];
  nowMs = 0;
  const log = createLogger({ name: 'disk', write: (line) => events.push((JSON.parse(line) as { event: string }).event) });
  mode = new DiskMode({ store, files, reserveBytes: RESERVE, log, now: () => nowMs });
});
afterEach(async () => {
  await store.$disconnect();
  await rm(folder, { recursive: true });
});

async function put(i: number): Promise<void> {
  await storeFragment({ store, files }, keyOf(i), { sizeBytes: SIZE, body: pieces(pattern(`fragment ${i}`, SIZE)) }).catch((error: unknown) => {
    mode.note(error);
    throw error;
  });
}

const fail = (kind: FaultKind) => plan.arm(1, kind);

describe('DiskMode', () => {
  it('takes nothing new after a full disk, keeps what is stored, and goes on when there is space', async () => {
    await put(0);
    await mode.requireWritable();
    fail('ENOSPC');
    await expect(put(1)).rejects.toMatchObject({ code: 'DISK_FULL', status: 507 });
    await expect(mode.requireWritable()).rejects.toMatchObject({ code: 'READ_ONLY', status: 507, message: expect.stringContaining('its disk is full') });
    expect(await mode.probe()).toBe(false);
    expect(rootOf(layer.peek(files.pathOf(keyOf(0)))!)).toBe((await store.fragment.findMany())[0]!.root);
    plan.disarm();
    expect(await mode.probe()).toBe(true);
    await mode.requireWritable();
    await put(1);
    expect(events).toEqual(['disk.read-only', 'disk.still-read-only', 'disk.writable']);
    expect(layer.names('/provider/incoming')).toEqual([]);
  });

  it('keeps a reserve for the database, and waits for twice of it', async () => {
    layer.free = RESERVE - 1n;
    await expect(mode.requireWritable()).rejects.toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining('999999 bytes left') });
    layer.free = 2n * RESERVE - 1n;
    expect(await mode.probe()).toBe(false);
    layer.free = 2n * RESERVE;
    expect(await mode.probe()).toBe(true);
    await mode.requireWritable();
  });

  it('gives up partial uploads for space', async () => {
    const expectedRoot = rootOf(pattern('fragment 1', SIZE));
    const body = pieces(pattern('fragment 1', SIZE).subarray(0, 9_000));
    await expect(storeFragment({ store, files }, keyOf(1), { sizeBytes: SIZE, body, expectedRoot })).rejects.toMatchObject({ details: { storedBytes: 9_000 } });
    expect(await files.partials.marked({ ...keyOf(1), root: expectedRoot })).toBe(9_000);
    fail('ENOSPC');
    await expect(put(2)).rejects.toMatchObject({ code: 'DISK_FULL' });
    plan.disarm();
    expect(await mode.probe()).toBe(true);
    expect(await files.partials.marked({ ...keyOf(1), root: expectedRoot })).toBe(0);
  });

  it.each(['EIO', 'EACCES', 'EROFS'])('takes nothing new from a disk that answers %s', async (code) => {
    mode.note(Object.assign(new Error(code), { code }));
    await expect(mode.requireWritable()).rejects.toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining(`its disk fails (${code})`) });
    expect(await mode.probe()).toBe(true);
  });

  it('is not impressed by errors of senders', async () => {
    mode.note(new Error('socket hang up'));
    mode.note(await storeFragment({ store, files }, keyOf(1), { sizeBytes: SIZE, body: pieces(new Uint8Array(5)) }).catch((error: unknown) => error));
    await mode.requireWritable();
    expect(mode.cause).toBeUndefined();
  });

  it('looks at free space once a second', async () => {
    plan.arm(Infinity, 'EIO');
    for (let i = 0; i < 5; i++) await mode.requireWritable();
    expect(plan.names).toEqual(['freeBytes']);
    nowMs += 1_000;
    await mode.requireWritable();
    expect(plan.names).toEqual(['freeBytes', 'freeBytes']);
  });
});
