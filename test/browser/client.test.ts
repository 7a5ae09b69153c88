/** The creator's client in a real browser, against a real chain and providers. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
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
    [site, world] = await Promise.all([startSite('client.html'), startWorld({ providers: 4 })]);
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

  it.each([[true, 'apart'], [false, 'together']])('cross-origin isolated %s: stores files and reads them again, whole and in part', async (isolated, name) => {
    const { tab, errors } = await open({ isolated });
    const stored = await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.put(one, 5_000_000, 1_700_000), name);
    expect(stored).toMatchObject({ unchanged: false, plainBytes: 5_000_000, problems: 0, receipts: 4 });
    expect((stored as Stored).stages).toEqual(expect.arrayContaining(['scan', 'encode', 'send', 'receipts', 'commit', 'publish']));
    expect(await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.get(one), name)).toEqual({ restored: 3, bytes: 5_000_000, failed: [] });
    const bytes = noise(5_000_000);
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
