/** The creator's client in a real browser, against a real chain and providers. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { get } from '../../offchain/client/get.ts';
import { HASTY, type World, rentedClient, startWorld } from '../client/world.ts';
import type { ClientPage, Order, Stored } from './client-page.ts';
import { noise } from './page.ts';
import { type Site, hasBrowser, startSite } from './site.ts';

const ACCOUNT = 12;
type Here = { holdfast: ClientPage };

describe.skipIf(!hasBrowser)('the client in Chromium', () => {
  let site: Site;
  let world: World;
  let agreement: number;
  let order: Order;

  beforeAll(async () => {
    [site, world] = await Promise.all([startSite('client.html', { scripts: { 'download-worker': join(import.meta.dirname, '../../offchain/client/page/download/download-worker.ts') } }), startWorld({ providers: 4 })]);
    agreement = (await rentedClient(world, { account: ACCOUNT, batchLog2: 20, quota: 40 })).rented.agreement;
    order = { rpcUrl: world.holdfast.rpcUrl, deployment: formatDeployment(world.holdfast.deployment), account: ACCOUNT, heavies: world.heavies.map(({ url }) => url), policy: HASTY };
  }, 60_000);
  afterAll(async () => {
    await site?.stop();
    await world?.stop();
  });

  const open = async (options: { readonly isolated: boolean }) => {
    const { tab, errors } = await site.open(options);
    await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.open(one), order);
    return { tab, errors };
  };
  const bundles = async () => (await readAgreement(await world.holdfast.as(ACCOUNT), agreement)).bundles;

  const batchesHeld = async () => new Set((await Promise.all(world.providers.map(({ provider }) => provider.store.fragment.findMany({ where: { agreement } })))).flat().map(({ batchId }) => batchId)).size;
  const status = async () => {
    const { quota, batches } = await readAgreement(await world.holdfast.as(ACCOUNT), agreement);
    return { left: quota - batches };
  };

  it.each([[true, 'apart'], [false, 'together']])('cross-origin isolated %s: stores files and reads them again, whole and in part', async (isolated, name) => {
    const { tab, errors } = await open({ isolated });
    const stored = await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.put(one, 5_000_000, 1_700_000), name);
    expect(stored).toMatchObject({ unchanged: false, plainBytes: 5_000_000, problems: 0, receipts: 4 });
    expect((stored as Stored).stages).toEqual(expect.arrayContaining(['scan', 'encode', 'send', 'receipts', 'commit', 'publish']));
    expect(await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.get(one), name)).toEqual({ restored: 3, bytes: 5_000_000, failed: [] });
    const bytes = noise(5_000_000, name);
    expect(await tab.evaluate(() => (globalThis as unknown as Here).holdfast.digest('folder 1/file 1'))).toBe(createHash('sha256').update(bytes.subarray(1_700_000, 3_400_000)).digest('hex'));
    expect(await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.range(one, 'folder 0/file 0', 1_000, 1_010), name)).toEqual([...bytes.subarray(1_000, 1_010)]);
    // Node finds it as well, with the wallet alone.
    const fresh = await world.client({ account: ACCOUNT });
    expect(await get(fresh, { name, into: join(world.folder, name) })).toMatchObject({ bytes: 5_000_000, failed: [] });
    // Once more: nothing is sent or paid.
    const before = await bundles();
    expect(await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.put(one, 5_000_000, 1_700_000), name)).toMatchObject({ unchanged: true });
    expect([await bundles(), errors]).toEqual([before, []]);
    await tab.close();
  }, 60_000);

  it('goes on where a tab that was closed stopped: nothing is sent or paid twice', async () => {
    const heldBefore = await batchesHeld();
    const first = await open({ isolated: true });
    // Nobody's receipt arrives: however fast this machine is, the tab is closed before the commit.
    await first.tab.route('**/agreements/*/bundles', () => undefined);
    void first.tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('closed', 12_000_000, 12_000_000, 1)).catch(() => undefined);
    await expect.poll(() => first.tab.evaluate(() => (globalThis as unknown as Here).holdfast.sentBytes()), { timeout: 30_000, interval: 20 }).toBeGreaterThan(2 << 20);
    await first.tab.close();
    const before = await bundles();
    const second = await open({ isolated: true });
    let puts = 0;
    second.tab.on('request', (request) => void (puts += request.method() === 'PUT' && request.url().includes('/fragments/') ? 1 : 0));
    const stored = (await second.tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('closed', 12_000_000, 12_000_000, 1))) as Stored;
    expect([stored.bundle, await bundles()]).toEqual([before, before + 1]);
    expect(puts).toBeLessThanOrEqual(4 * (stored.batches - 1));
    // No provider holds a batch that is not in the bundle: both runs made the same ones.
    expect((await batchesHeld()) - heldBefore).toBe(stored.batches);
    await second.tab.close();
  }, 60_000);

  it('tells a second tab that the name is being stored, and lets it store another one at the same time', async () => {
    const [first, second] = [await open({ isolated: true }), await open({ isolated: true })];
    const running = first.tab.evaluate(() => (globalThis as unknown as Here).holdfast.putHeld('shared', 300_000));
    await first.tab.waitForFunction(() => (globalThis as unknown as Here).holdfast.isHeld());
    expect(await second.tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('shared', 700_000))).toMatchObject({ code: 'BUSY_ELSEWHERE', nextStep: expect.stringContaining('nothing is sent or paid twice') as string });
    expect(await second.tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('other', 700_000, 700_000, 5))).toMatchObject({ unchanged: false });
    // What the other tab committed meanwhile is built upon.
    await first.tab.evaluate(() => (globalThis as unknown as Here).holdfast.release());
    expect(await running).toMatchObject({ unchanged: false, plainBytes: 300_000 });
    expect((await second.tab.evaluate(() => (globalThis as unknown as Here).holdfast.list())).map(({ name }) => name)).toEqual(expect.arrayContaining(['other', 'shared']));
    // The rest of the quota is used up by one tab before the other notices.
    const room = (await status()).left;
    expect(await first.tab.evaluate((bytes) => (globalThis as unknown as Here).holdfast.put('filling', bytes, bytes, 7), (room - 2) * 1_000_000)).toMatchObject({ unchanged: false });
    expect(await second.tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('late', 4_000_000, 4_000_000, 8))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    for (const { tab } of [first, second]) await tab.close();
  }, 60_000);

  it('saves a file as the browser saves any download, streamed by a worker or out of memory; cancelled, it says so', async () => {
    const { tab } = await open({ isolated: true });
    const want = createHash('sha256').update(noise(5_000_000, 'apart').subarray(0, 1_700_000)).digest('hex');
    for (const script of [site.file('download-worker'), undefined]) {
      const [saved, told] = await Promise.all([tab.waitForEvent('download'), tab.evaluate((one) => (globalThis as unknown as Here).holdfast.download('apart', 'folder 0/file 0', one), script)]);
      expect(told).toEqual({ fileName: 'file 0', sizeBytes: 1_700_000 });
      expect([saved.suggestedFilename(), createHash('sha256').update(await readFile(await saved.path())).digest('hex')]).toEqual(['file 0', want]);
    }
    const running = tab.evaluate(() => (globalThis as unknown as Here).holdfast.put('cancelled', 2_000_000, 2_000_000, 9));
    await tab.evaluate(() => (globalThis as unknown as Here).holdfast.cancel());
    expect(await running).toMatchObject({ code: 'ABORTED' });
    await tab.close();
  }, 60_000);

  it('a file that changed since it was chosen is told of, the others are stored', async () => {
    const { tab } = await open({ isolated: true });
    const [good, bad] = [join(world.folder, 'good.bin'), join(world.folder, 'bad.bin')];
    await writeFile(good, Buffer.alloc(300_000, 1));
    await writeFile(bad, Buffer.alloc(300_000, 2));
    await tab.setInputFiles('input', [good, bad]);
    await writeFile(bad, Buffer.alloc(400_000, 3));
    expect(await tab.evaluate(() => (globalThis as unknown as Here).holdfast.putChosen('chosen'))).toMatchObject({ problems: 1, plainBytes: 300_000 });
    await tab.close();
  }, 30_000);
});
