import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import { noise, snapshot, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

/**
 * HOLDFAST_KILL_POINTS=all: every operation of an upload, n = 1, 2, 3 ... until it runs through. 40-79: these; 40-: from there on; 40: that
 * one. Otherwise the following, each about half as far again as the one before.
 */
const CHOSEN = process.env['HOLDFAST_KILL_POINTS'];
const SOME = [1, 2, 5, 12, 20, 31, 45, 64, 90, 130, 180, 250, 350];
const POINTS_MAX = 2000;
const ACCOUNT = 12;

let world: World;
beforeAll(async () => {
  world = await startWorld({ providers: 4 });
});
afterAll(() => world.stop());

function* points(): Generator<number> {
  if (CHOSEN === undefined) yield* SOME;
  else {
    const [first = '', last = first] = (CHOSEN === 'all' ? '1-' : CHOSEN).split('-');
    for (let n = Number(first); n <= (last === '' ? POINTS_MAX : Number(last)); n++) yield n;
  }
}

interface Ended {
  readonly signal: string | null;
  readonly lines: readonly Record<string, unknown>[];
}

/** One run of an upload in a process of its own, ended at operation `killAt` (0: not at all). */
async function runChild(plan: { home: string; path: string; name: string; killAt: number }): Promise<Ended> {
  const { rpcUrl, deployment } = world.holdfast;
  const told = { rpcUrl, deployment: JSON.parse(formatDeployment(deployment)) as unknown, account: ACCOUNT, ...plan };
  // Compiled once for all of them: that takes longer than the upload.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(world.folder, 'compiled') };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'put-child.ts'), JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'inherit'], env });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { signal, lines: text.split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** Every fragment that the providers keep, with the moment of its arrival. */
async function fragments(agreement: number): Promise<Map<string, number>> {
  const rows = await Promise.all(world.providers.map(({ provider }) => provider.store.fragment.findMany({ where: { agreement } })));
  return new Map(rows.flat().map((row) => [`${row.batchId} ${row.slot}`, row.createdAt.getTime()]));
}

describe('an upload that is killed at its n-th operation', () => {
  it('is completed by the same command: nothing is sent or paid twice, nothing acknowledged is lost', async () => {
    const home = join(world.folder, 'home');
    const { client, rented } = await rentedClient(world, { account: ACCOUNT, home, scheme: { k: 2, m: 2 }, batchLog2: 16, quota: 20_000, periods: 2, priceLimit: PRICE });
    const { agreement } = rented;
    let bundlesBefore = 0;
    for (const n of points()) {
      const name = `object ${n}`;
      const source = await writeTree(join(world.folder, `source-${n}`), { 'a.bin': noise(name, 200_000), 'b/c.txt': name });
      const { signal, lines } = await runChild({ home, path: source, name, killAt: n });
      const kept = await fragments(agreement);
      const committed = (await readAgreement(client.chain, agreement)).bundles > bundlesBefore;
      const sentBefore = await client.chain.public.getTransactionCount({ address: client.creator });

      const again = await world.client({ account: ACCOUNT, home });
      const stored = await put(again, { paths: [source], name });
      const now = await fragments(agreement);
      const { bundles, batches } = await readAgreement(client.chain, agreement);
      const sent = (await client.chain.public.getTransactionCount({ address: client.creator })) - sentBefore;
      const what = `killed at operation ${n} (${signal ?? JSON.stringify(lines.at(-1))})`;
      expect(bundles, what).toBe(bundlesBefore + 1);
      expect(sent, what).toBe(committed ? 0 : 1);
      expect(stored.unchanged || stored.bundle === bundlesBefore, what).toBe(true);
      for (const [key, arrivedMs] of kept) expect(now.get(key), `${what}: ${key}`).toBe(arrivedMs);
      expect(now.size, what).toBe(batches * 4);

      const fresh = await world.client({ account: ACCOUNT });
      const into = join(world.folder, `restored-${n}`);
      await get(fresh, { name, into });
      expect(await snapshot(into), what).toEqual(await snapshot(source));
      await Promise.all([again.close(), fresh.close()]);
      bundlesBefore = bundles;
      await Promise.all([source, into].map((path) => rm(path, { recursive: true })));
      if (signal === null) break;
    }
    expect(bundlesBefore).toBeGreaterThan(0);
  }, 3_600_000);
});
