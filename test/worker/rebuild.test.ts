import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { startWorker } from '../../offchain/worker/service.ts';
import type { RunningWorker } from '../../offchain/worker/service.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from '../heavy/support.ts';
import type { Network } from '../heavy/support.ts';
import { attach, booksOf, leaseByHand, sendResult, signPromise } from './by-hand.ts';

const WORKER = devAccount(15, DEV_CHAIN_ID);
const LIAR = devAccount(16, DEV_CHAIN_ID);
const MUTE = devAccount(17, DEV_CHAIN_ID);
const STRANGER = devAccount(18, DEV_CHAIN_ID);
const BATCHES = 2;

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let providers: RunningProvider[];
let creator: Chain;
let agreement: number;
let home: string;
let worker: RunningWorker;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-worker-'));
  network = await startNetwork();
  const loops = { watchMs: 200, repairMs: 300, namesMs: 500, probeMs: 500, directoryMs: 100, auditMs: 200 };
  heavy = await network.heavy({ loops, audits: { leavesPerSlot: 0, readBytesPerEpoch: 0 }, workers: { allow: [WORKER.address, LIAR.address, MUTE.address], leaseMs: 1_000, waitMs: 1_000, auditsPerEpoch: 3, treesPerEpoch: 1 } });
  providers = [];
  for (const region of [1, 2, 3, 4, 1, 2, 3, 4, 5]) providers.push(await network.provider({ parent: heavy.id, region, p2p: { enabled: false } }));
  creator = (await network.account()).chain;
  const match = await askMatch(heavy.url, await matchRequest(creator, { periods: 10 }));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: Array.from({ length: BATCHES }, () => nodePlatform.randomBytes(60_000)) });
});

afterAll(async () => {
  await worker?.stop();
  await network?.stop();
  await rm(home, { recursive: true, force: true });
});

/** The slot's provider gives it up, and another one has it and all of its fragments. */
async function loseAndRepair(slot: number): Promise<RunningProvider> {
  const before = (await readAgreement(creator, agreement)).slots[slot]?.provider;
  await surrender(byId(before).provider.chain, { agreement, slot });
  const after = await until('the replacement', async () => {
    const provider = (await readAgreement(creator, agreement)).slots[slot]?.provider;
    return provider !== 0 && provider !== before ? provider : undefined;
  });
  const heir = byId(after);
  expect(await heir.provider.store.fragment.count({ where: { agreement, slot, bad: false } })).toBe(BATCHES);
  return heir;
}

function byId(id: number | undefined): RunningProvider {
  const found = providers.find((provider) => provider.id === id);
  if (found === undefined) throw new Error(`no provider ${id}`);
  return found;
}

function linesOf(event: string, worker_?: string): readonly Record<string, unknown>[] {
  return network.lines.filter((line) => line.event === event && (worker_ === undefined || line['worker'] === worker_.toLowerCase()));
}

describe('a worker with a promise', () => {
  it('attaches, audits, and reads a fragment from end to end', async () => {
    const log = createLogger({ name: 'worker', write: (line) => void network.lines.push(JSON.parse(line) as (typeof network.lines)[number]) });
    worker = await startWorker({ config: { home, heavy: heavy.id, cpuShare: 0.5, cores: 2 }, account: WORKER, chain: { rpcUrls: [network.rpcUrl], deployment: network.deployment }, log });
    const books = await until('the first jobs', async () => {
      const books = await booksOf(heavy.url, WORKER.address);
      return (books?.jobs ?? 0) >= 4 ? books : undefined;
    });
    expect(books).toMatchObject({ isAttached: true, cores: 2, percent: 50, wrong: 0, expired: 0, factor: 1, state: 'open' });
    expect(new Set(linesOf('jobs.done').map((line) => line['kind']))).toEqual(new Set(['audit', 'verify-tree']));
    expect(worker.status()).toMatchObject({ isAttached: true, done: 4, wrong: 0, givenBack: 0 });
  });

  it('rebuilds what a provider gave up; the heavy node only looks at the result', async () => {
    const readers = (await readAgreement(creator, agreement)).slots.map(({ provider }) => byId(provider));
    const before = await booksOf(heavy.url, WORKER.address);
    await loseAndRepair(1);
    const after = await booksOf(heavy.url, WORKER.address);
    expect((after?.jobs ?? 0) - (before?.jobs ?? 0)).toBe(BATCHES);
    expect(after?.deliveredSeconds).toBeGreaterThan(before?.deliveredSeconds ?? 0);
    expect(linesOf('repair.rebuilt-by-worker', WORKER.address)).toHaveLength(BATCHES);
    // From k providers, once: had the heavy node rebuilt as well, it would be twice as much.
    const { fragmentSize } = geometry({ k: 2, m: 2, batchLog2: 16 });
    const readBytes = readers.reduce((sum, { provider }) => sum + provider.traffic.readBytes, 0);
    expect(readBytes).toBeLessThan((BATCHES + 1) * 2 * fragmentSize + 3 * 64 * 256 + fragmentSize);
    await worker.stop();
  });

  it('is never given the seal key, and nobody logs it', () => {
    expect(network.lines.some((line) => JSON.stringify(line).includes('sealKey') || JSON.stringify(line).includes('"key"'))).toBe(false);
  });
});

describe('a worker that cannot be trusted', () => {
  it('sends too much, then garbage: it is blamed, gets nothing more, and the slot is repaired all the same', async () => {
    const headers = await attach(heavy.url, await signPromise(creator, LIAR, heavy.id));
    const stopped = new AbortController();
    let sent = 0;
    const lying = (async () => {
      for (;;) {
        const leased = await leaseByHand(heavy.url, headers, stopped.signal).catch(() => undefined);
        if (stopped.signal.aborted) return;
        if (leased?.spec.kind !== 'rebuild') continue;
        const { fragmentSize } = geometry(leased.spec);
        const sizeBytes = leased.spec.wanted.length * fragmentSize;
        if (sent++ === 0) await expect(sendResult(heavy.url, headers, { job: leased.job, bytes: new Uint8Array(sizeBytes + 1) })).rejects.toMatchObject({ code: 'TOO_LARGE' });
        else expect((await sendResult(heavy.url, headers, { job: leased.job, bytes: nodePlatform.randomBytes(sizeBytes) })).isTrue).toBe(false);
      }
    })();
    await loseAndRepair(2);
    stopped.abort();
    await lying;
    const books = await booksOf(heavy.url, LIAR.address);
    expect(books).toMatchObject({ jobs: 0, deliveredSeconds: 0, wrong: BATCHES, leases: 0 });
    expect(books?.missedSeconds).toBeGreaterThan(0);
    expect(books?.nextFactor).toBe(0.25);
    expect(books?.trust).toBeLessThan(0.5);
  });

  it('takes work and stays silent: its lease ends', async () => {
    const headers = await attach(heavy.url, await signPromise(creator, MUTE, heavy.id, { cores: 256 }));
    const taking = leaseByHand(heavy.url, headers);
    await loseAndRepair(3);
    const leased = await taking;
    expect(leased?.spec.kind).toBe('rebuild');
    await expect(sendResult(heavy.url, headers, { job: leased?.job ?? '', bytes: new Uint8Array(10) })).rejects.toMatchObject({ code: 'NO_SUCH_LEASE' });
    expect(await booksOf(heavy.url, MUTE.address)).toMatchObject({ expired: 1, jobs: 0, leases: 1 });
  });

  it('holds a slot of the agreement: it gets no keys of other slots', async () => {
    const holder = byId((await readAgreement(creator, agreement)).slots[0]?.provider);
    const headers = await attach(heavy.url, await signPromise(creator, holder.provider.account, heavy.id));
    const stopped = new AbortController();
    const asking = leaseByHand(heavy.url, headers, stopped.signal).catch(() => undefined);
    await loseAndRepair(1);
    stopped.abort();
    expect(await asking).toBeUndefined();
    expect(linesOf('jobs.leased', holder.provider.account.address)).toEqual([]);
  });
});

describe('a promise', () => {
  it.each([
    ['of 10,000 cores', { cores: 10_000 }, 'BAD_REQUEST'],
    ['to another heavy node', { heavy: 99 }, 'WRONG_HEAVY'],
    ['for another month', { month: 7 }, 'WRONG_MONTH'],
    ['that lasts for ever', { expiry: 4_000_000_000 }, 'PROMISE_EXPIRED'],
    ['in the name of another', { worker: WORKER.address }, 'BAD_PROMISE_SIGNATURE'],
  ])('%s is refused', async (_what, changes, code) => {
    await expect(attach(heavy.url, await signPromise(creator, LIAR, heavy.id, changes))).rejects.toMatchObject({ code });
  });

  it('counts once: whoever heard it cannot give it again', async () => {
    const promise = await signPromise(creator, LIAR, heavy.id);
    const headers = await attach(heavy.url, promise);
    await expect(attach(heavy.url, promise)).rejects.toMatchObject({ code: 'STALE_PROMISE' });
    // Nor does it take the token away that stands for it.
    expect(await leaseByHand(heavy.url, headers, AbortSignal.timeout(200)).then(() => 'served', (error: unknown) => (error as { code: string }).code)).not.toBe('NOT_ATTACHED');
    // A newer one ends the token of the older.
    await attach(heavy.url, await signPromise(creator, LIAR, heavy.id));
    await expect(leaseByHand(heavy.url, headers)).rejects.toMatchObject({ code: 'NOT_ATTACHED' });
    await expect(leaseByHand(heavy.url, { authorization: `Worker ${'0'.repeat(64)}` })).rejects.toMatchObject({ code: 'NOT_ATTACHED' });
  });

  it('of somebody who runs no node and is not on the list is refused', async () => {
    await expect(attach(heavy.url, await signPromise(creator, STRANGER, heavy.id))).rejects.toMatchObject({ code: 'NOT_ADMITTED' });
  });
});
