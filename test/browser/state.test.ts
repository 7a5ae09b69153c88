/** IndexedDB as a creator's state, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateSuite } from '../client/state-suite.ts';
import { type Site, hasBrowser, startSite } from './site.ts';
import type { StatePage } from './state-page.ts';

type Here = { holdfast: StatePage };

describe.skipIf(!hasBrowser)('a state in IndexedDB', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite('state.html');
  }, 30_000);
  afterAll(() => site?.stop());

  it('passes the suite', async () => {
    const { tab, errors } = await site.open({ isolated: false });
    for (const name of Object.keys(stateSuite)) expect(await tab.evaluate((one) => (globalThis as unknown as Here).holdfast.check(one), name), name).toBe('');
    expect(errors).toEqual([]);
    await tab.close();
  }, 60_000);

  it('lets one tab at a time do a thing, until that tab is closed', async () => {
    const [first, second] = [await site.open({ isolated: false }), await site.open({ isolated: false })];
    const ask = (what: string) => second.tab.evaluate((one) => (globalThis as unknown as Here).holdfast.tryHold(one), what);
    await first.tab.evaluate(() => (globalThis as unknown as Here).holdfast.hold('Storing "photos"'));
    expect(await ask('Storing "photos"')).toMatch(/Storing "photos" is under way in another tab/);
    expect(await ask('Storing "films"')).toBe('mine');
    await first.tab.close();
    await expect.poll(() => ask('Storing "photos"')).toBe('mine');
    await second.tab.close();
  }, 30_000);
});
