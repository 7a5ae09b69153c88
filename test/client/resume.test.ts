import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { get } from '../../offchain/client/get.ts';
import type { Progress, Stage } from '../../offchain/client/progress.ts';
import { put } from '../../offchain/client/put.ts';
import { noise, snapshot, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

const terms = { scheme: { k: 2, m: 2 }, batchLog2: 16, quota: 300, periods: 2, priceLimit: PRICE };
let world: World;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
});
afterAll(() => world.stop());

const folder = (name: string): string => join(world.folder, name);

/** Every fragment of an agreement at every provider, with the moment of its arrival. */
async function fragmentsOf(agreement: number): Promise<Map<string, number>> {
  const rows = await Promise.all(world.providers.map(({ provider }) => provider.store.fragment.findMany({ where: { agreement } })));
  return new Map(rows.flat().map((row) => [`${row.batchId} ${row.slot}`, row.createdAt.getTime()]));
}

describe('an upload that was cancelled', () => {
  it('goes on where it was: nothing is sent or paid twice', async () => {
    const { client, rented } = await rentedClient(world, { account: 12, ...terms });
    const source = await writeTree(folder('cancelled'), { 'a.bin': noise('cancelled', 1_000_000) });
    const controller = new AbortController();
    const onProgress = ({ stage, doneBytes }: Progress): void => {
      if (stage === 'send' && doneBytes > 400_000) controller.abort();
    };
    await expect(put(client, { paths: [source], name: 'a', onProgress, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortedError' });
    const sent = await fragmentsOf(rented.agreement);
    expect(sent.size).toBeGreaterThan(12);
    expect((await readAgreement(client.chain, rented.agreement)).bundles).toBe(0);

    const before = await client.chain.public.getTransactionCount({ address: client.creator });
    const stored = await put(client, { paths: [source], name: 'a' });
    expect(stored).toMatchObject({ unchanged: false, bundle: 0, receipts: [0, 1, 2, 3] });
    const all = await fragmentsOf(rented.agreement);
    expect(all.size).toBe(stored.batches * 4);
    for (const [key, arrivedMs] of sent) expect(all.get(key)).toBe(arrivedMs);
    expect(await client.chain.public.getTransactionCount({ address: client.creator })).toBe(before + 1);
  });
});

describe('an upload that was killed', () => {
  const kills: readonly { at: Stage; fromBytes: number; account: number }[] = [
    { at: 'send', fromBytes: 300_000, account: 13 },
    { at: 'receipts', fromBytes: 0, account: 14 },
    { at: 'commit', fromBytes: 0, account: 15 },
    { at: 'publish', fromBytes: 0, account: 16 },
  ];
  it.each(kills)('in the stage $at is completed by the same command, in one bundle', async ({ at, fromBytes, account }) => {
    const home = folder(`home-${at}`);
    const { client, rented } = await rentedClient(world, { account, home, ...terms });
    const source = await writeTree(folder(`killed-${at}`), { 'a.bin': noise(at, 700_000), 'b/c.txt': at });
    const { rpcUrl, deployment } = world.holdfast;
    const plan = { rpcUrl, deployment: JSON.parse(formatDeployment(deployment)) as unknown, account, home, path: source, name: 'killed' };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'put-child.ts'), JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const { stage, doneBytes } = JSON.parse(line) as Progress;
      if (stage === at && doneBytes >= fromBytes) child.kill('SIGKILL');
    }
    expect((await ended)[1]).toBe('SIGKILL');

    const again = await put(client, { paths: [source], name: 'killed' });
    expect(again.unchanged || again.bundle === 0).toBe(true);
    expect((await put(client, { paths: [source], name: 'killed' })).unchanged).toBe(true);
    const { bundles, batches } = await readAgreement(client.chain, rented.agreement);
    expect(bundles).toBe(1);
    const fragments = await fragmentsOf(rented.agreement);
    expect(fragments.size).toBe(batches * 4);
    await get(client, { name: 'killed', into: folder(`restored-${at}`) });
    expect(await snapshot(folder(`restored-${at}`))).toEqual(await snapshot(source));
  });
});

describe('two machines of one creator', () => {
  it('both succeed when they store at the same time, and neither loses the other one\'s names', async () => {
    const { client, rented } = await rentedClient(world, { account: 17, ...terms });
    const second = await world.client({ account: 17 });
    const left = await writeTree(folder('left'), { 'l.bin': noise('left', 200_000) });
    const right = await writeTree(folder('right'), { 'r.bin': noise('right', 200_000) });
    const results = await Promise.all([put(client, { paths: [left], name: 'left' }), put(second, { paths: [right], name: 'right' })]);
    expect(results.map(({ bundle }) => bundle).sort()).toEqual([0, 1]);
    expect((await readAgreement(client.chain, rented.agreement)).bundles).toBe(2);
    const fresh = await world.client({ account: 17 });
    await get(fresh, { name: 'left', into: folder('left-again') });
    await get(fresh, { name: 'right', into: folder('right-again') });
    expect(await snapshot(folder('left-again'))).toEqual(await snapshot(left));
    expect(await snapshot(folder('right-again'))).toEqual(await snapshot(right));
  });
});
