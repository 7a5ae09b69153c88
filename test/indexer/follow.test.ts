import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import type { Indexer } from '../../offchain/indexer/indexer.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import { writeManifest } from './fixture/build.ts';
import { ask, startIndexed } from './indexed.ts';
import type { Indexed } from './indexed.ts';
import { startProxy } from './proxy.ts';

let world: Indexed;

beforeAll(async () => {
  world = await startIndexed();
  for (let i = 0; i < 6; i++) await world.act('moveMany', [BigInt(i), 40n]);
});
afterAll(() => world?.stop());

/** Everything that the index says now: two indexes of one history must agree in it. */
async function everything(indexer: Indexer): Promise<string> {
  const pages: unknown[] = [await ask(indexer, '{ accounts(first: 1000) { id name balance moves share mood isOpen tags lastAt big friend { id } } _meta { block { number hash } hasIndexingErrors } }')];
  for (let skip = 0; ; skip += 1_000) {
    const { transfers } = await ask<{ transfers: unknown[] }>(indexer, `{ transfers(first: 1000, skip: ${skip}) { id amount from { id } to { id } block time txHash } }`);
    pages.push(transfers);
    if (transfers.length < 1_000) return JSON.stringify(pages);
  }
}

const known = new Map<string, string>();

/** What an index that knows nothing but the chain as it is says. */
async function fresh(): Promise<string> {
  const { hash } = await world.chain.public.getBlock();
  if (!known.has(hash)) known.set(hash, await indexAnew());
  return known.get(hash) ?? '';
}

async function indexAnew(): Promise<string> {
  const indexer = await world.open();
  await indexer.tick();
  const all = await everything(indexer);
  await indexer.close();
  return all;
}

describe('reorganisations', () => {
  it('are undone to the last common block, and the new history is indexed', async () => {
    const indexer = await world.open();
    await indexer.tick();
    const before = await everything(indexer);
    const mark = await world.history.mark();
    for (let i = 0; i < 4; i++) {
      await world.move(7, 8, 1_000 + i);
      await indexer.tick();
    }
    await world.history.rewrite(mark, () => world.move(8, 7, 5));
    await indexer.tick();
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'indexer.reorganised' }));
    expect(await ask(indexer, '{ transfers(where: { amount_gte: 1001 }) { id } accounts(where: { name: "Account 0007" }) { moves } }')).toMatchObject({ transfers: [] });
    expect(await everything(indexer)).toBe(await fresh());
    expect(await everything(indexer)).not.toBe(before);
    await indexer.close();
  });

  it('that happened while it was off are found at the next start, as is a chain that is shorter for a while', async () => {
    const home = join(world.folder, 'off');
    const indexer = await world.open({ home });
    const mark = await world.history.mark();
    for (let i = 0; i < 3; i++) {
      await world.move(9, 10, 2_000);
      await indexer.tick();
    }
    await indexer.close();
    await world.history.rewrite(mark, () => world.move(10, 9, 7));
    const again = await world.open({ home });
    await again.tick();
    expect(await everything(again)).toBe(await fresh());
    await again.close();
  });

  it('older than everything that is remembered begin the index anew', async () => {
    const indexer = await world.open({ settings: { reorgMarks: 8 } });
    await indexer.tick();
    const mark = await world.history.mark();
    for (let i = 0; i < 12; i++) {
      await world.move(11, 12, 3_000);
      await indexer.tick();
    }
    await world.history.rewrite(mark);
    // Not upon the first word: one bad answer must not cost the index.
    for (let i = 0; i < 2; i++) await expect(indexer.tick()).rejects.toMatchObject({ code: 'INDEXER_HOST_UNAVAILABLE', retryable: true });
    await indexer.tick();
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'indexer.anew' }));
    expect(await everything(indexer)).toBe(await fresh());
    await indexer.close();
  });
});

describe('kill -9', () => {
  it('at any moment loses nothing and doubles nothing', async () => {
    const deployment = join(world.folder, 'deployment.json');
    await writeFile(deployment, formatDeployment(world.chain.deployment));
    const manifest = await writeManifest(world.fixture, { name: 'manifest-kill', address: world.emitter, into: world.folder });
    const home = join(world.folder, 'killed');
    let kills = 0;
    for (let isDone = false; !isDone; ) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'follow-child.ts'), world.holdfast.rpcUrl, deployment, home, manifest], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      let said = 0;
      child.stdout.on('data', (data: Buffer) => {
        if (data.toString().includes('done')) isDone = true;
        said += 1;
        // Later each time, wherever that is: between blocks, in a commit, in a mapping.
        if (!isDone && kills < 2 && said === 4 + 9 * kills) {
          kills += 1;
          child.kill('SIGKILL');
        }
      });
      await ended;
      if (child.exitCode !== null && child.exitCode !== 0) throw new Error(`the indexer ended with ${child.exitCode}`);
    }
    const indexer = await world.open({ home });
    await indexer.tick();
    expect(kills).toBeGreaterThan(0);
    expect(await everything(indexer)).toBe(await fresh());
    await indexer.close();
  });
});

describe('an RPC', () => {
  it('that refuses long ranges is asked for shorter ones', async () => {
    const asked: number[] = [];
    const proxy = await startProxy(world.holdfast.rpcUrl, (method, [range]) => {
      const blocks = method === 'eth_getLogs' && range?.['toBlock'] !== undefined ? Number(range['toBlock']) - Number(range['fromBlock']) + 1 : 0;
      if (blocks > 0) asked.push(blocks);
      return blocks > 5 ? { error: { code: -32602, message: 'query returned more than 10000 results' } } : undefined;
    });
    const chain = await world.holdfast.as(1, { rpcUrls: [proxy.url] });
    const indexer = await world.open({ chain });
    await indexer.tick();
    expect(await everything(indexer)).toBe(await fresh());
    expect(asked.filter((blocks) => blocks > 5).length).toBeGreaterThan(0);
    await indexer.close();
    proxy.stop();
  });

  it('that goes away in the middle of mappings is waited for: nothing is lost, and no mapping has failed', async () => {
    const line = await startRpcLine(world.holdfast.rpcUrl);
    const chain = await world.holdfast.as(2, { rpcUrls: [line.url], retry: { retries: 0 } });
    const mark = await world.history.mark();
    await world.act('probe', [1n]);
    const indexer = await world.open({ chain });
    line.refused.add('eth_call');
    await expect(indexer.tick()).rejects.toThrow();
    expect(indexer.report().failure).toBeUndefined();
    line.refused.delete('eth_call');
    await indexer.tick();
    expect(await everything(indexer)).toBe(await fresh());
    await indexer.close();
    await line.stop();
    await world.history.rewrite(mark);
  });
});

describe('several nodes behind one address', () => {
  type Instead = (method: string, params: readonly Record<string, unknown>[]) => unknown;

  it('of which one lags, one has nothing yet and one lies: nothing is lost, thrown away or believed', async () => {
    let instead: Instead | undefined;
    const proxy = await startProxy(world.holdfast.rpcUrl, (method, params) => instead?.(method, params));
    const indexer = await world.open({ chain: await world.holdfast.as(3, { rpcUrls: [proxy.url], retry: { retries: 0 } }) });

    // Of ranges it tells the events that it has; the newest block's hash it does not know.
    const { number: newest, hash } = await world.chain.public.getBlock();
    instead = (method, [filter]) => {
      if (method !== 'eth_getLogs') return undefined;
      if (filter?.['blockHash'] === hash) return { error: { code: -32000, message: 'unknown block' } };
      return Number(filter?.['toBlock'] ?? 0) >= Number(newest) ? { result: [] } : undefined;
    };
    await expect(indexer.tick()).rejects.toThrow();
    instead = undefined;
    await indexer.tick();
    expect(await everything(indexer)).toBe(await fresh());

    instead = (method) => (method === 'eth_getBlockByNumber' ? { result: null } : undefined);
    const { head } = indexer.report();
    for (let i = 0; i < 5; i++) await indexer.tick();
    expect(indexer.report().head).toEqual(head);

    const lies: readonly (readonly [string, (result: never) => unknown])[] = [
      ['eth_getLogs', (result: { blockNumber: string }[]) => result.map((log) => ({ ...log, blockNumber: '0x1', blockHash: `0x${'ab'.repeat(32)}` }))],
      ['eth_getLogs', () => [null]],
      ['eth_getBlockByHash', (result: object) => ({ ...result, transactions: [] })],
      ['eth_getBlockByHash', () => null],
      ['eth_getBlockByNumber', () => 7],
      ['eth_getBlockByNumber', (result: object) => ({ ...result, parentHash: `0x${'cd'.repeat(32)}` })],
      ['eth_blockNumber', () => 'soon'],
    ];
    for (const [method, lie] of lies) {
      for (let i = 0; i < 2; i++) await world.move(1, 2, 5);
      instead = async (asked, params) => (asked === method ? { result: lie((await world.chain.public.request({ method, params } as never)) as never) } : undefined);
      await indexer.tick().catch(() => undefined);
    }
    instead = undefined;
    await indexer.tick();
    expect(indexer.report().failure).toBeUndefined();
    expect(await everything(indexer)).toBe(await fresh());
    await indexer.close();
    proxy.stop();
  });
});

describe('two indexers of one database', () => {
  it('do nothing twice: who comes second goes on behind the first', async () => {
    const home = join(world.folder, 'shared');
    const [one, other] = [await world.open({ home }), await world.open({ home })];
    await Promise.allSettled([one.tick(), other.tick()]);
    for (let i = 0; i < 3; i++) {
      await world.move(13, 14, 10 + i);
      const ends = await Promise.allSettled([one.tick(), other.tick()]);
      for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'INDEX_TAKEN', retryable: true });
    }
    await one.tick().catch(() => one.tick());
    expect(await everything(one)).toBe(await fresh());
    await other.close();
    // Another version of the program takes it over: the first one says so and touches nothing.
    const later = await world.open({ home, handlers: [{ event: 'Moved(indexed address,indexed address,uint256)', handler: 'handleMoved' }] });
    await later.tick();
    await world.move(13, 14, 1);
    await one.tick().catch(() => undefined);
    await expect(one.tick()).rejects.toMatchObject({ code: 'INDEX_TAKEN', retryable: false });
    await expect(ask(one, '{ accounts { id } }')).rejects.toThrow('made anew');
    await later.tick();
    expect(await ask(later, '{ accounts(where: { name: "Account 000e" }) { id } }')).toHaveProperty('accounts.length', 1);
    await Promise.all([one.close(), later.close()]);
  });
});

describe('the thread of the mappings', () => {
  it('is replaced where it gets nowhere, and needs nobody for that', async () => {
    const mark = await world.history.mark();
    const indexer = await world.open({ settings: { mappingTimeoutMs: 200 } });
    await indexer.tick();
    const bad = await world.act('breakIt', [5n]);
    for (let i = 0; i < 2; i++) await expect(indexer.tick()).rejects.toMatchObject({ code: 'MAPPING_THREAD_ENDED', shortMessage: `The mappings got nowhere for 0.2 s at block ${bad}.` });
    await indexer.tick();
    expect(indexer.report().failure).toMatchObject({ block: bad, message: expect.stringContaining('got nowhere') });
    expect(await ask(indexer, '{ _meta { hasIndexingErrors } }')).toEqual({ _meta: { hasIndexingErrors: true } });
    await world.history.rewrite(mark, () => world.move(1, 2, 3_333));
    await indexer.tick();
    expect(indexer.report().failure).toBeUndefined();
    expect(await ask(indexer, '{ transfers(where: { amount: 3333 }) { to { id } } }')).toHaveProperty('transfers.length', 1);
    await indexer.close();
  });
});

describe('states of old blocks', () => {
  it('are forgotten behind historyBlocks, the others stay', async () => {
    const indexer = await world.open({ settings: { historyBlocks: 4, reorgMarks: 8 } });
    await indexer.tick();
    const then = indexer.report().head?.number ?? 0;
    await world.history.mine(260);
    await world.move(1, 2, 1);
    await indexer.tick();
    await expect(ask(indexer, `{ accounts(block: { number: ${then - 9} }) { id } }`)).rejects.toThrow(/only has data starting at block number/);
    // A reorganisation may still ask for it.
    expect(await ask(indexer, `{ accounts(first: 1, block: { number: ${then} }) { id } }`)).toHaveProperty('accounts.0.id');
    expect(await everything(indexer)).toBe(await fresh());
    await indexer.close();
  });
});
