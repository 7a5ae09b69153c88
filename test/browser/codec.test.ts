/** The codec in a real browser: the same bytes as in Node, with and without memory that its threads share. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { type Page, type RecordFacts, encode, read, write } from './page.ts';
import { type Site, hasBrowser, startSite } from './site.ts';

describe.skipIf(!hasBrowser)('the codec in Chromium', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite('index.html');
  });
  afterAll(async () => {
    await site?.stop();
  });

  it.each([true, false])('cross-origin isolated %s: the same roots as in Node, and records that both can read', async (isIsolated) => {
    const { tab, errors } = await site.open({ isolated: isIsolated });
    expect(await tab.evaluate(() => (globalThis as unknown as { holdfast: Page }).holdfast.isIsolated)).toBe(isIsolated);

    const expected = await encode(nodePlatform, undefined);
    expect(expected.length).toBeGreaterThan(3);
    for (const threads of [0, 2]) {
      const roots = await tab.evaluate((count) => (globalThis as unknown as { holdfast: Page }).holdfast.encode(count), threads);
      // The last batch holds manifest and catalog, which this zstd may pack otherwise than Node's.
      expect(roots).toHaveLength(expected.length);
      expect(roots.slice(0, -1)).toEqual(expected.slice(0, -1));
    }

    const record = await tab.evaluate((): Promise<RecordFacts> => (globalThis as unknown as { holdfast: Page }).holdfast.write());
    expect(record.method).toBe(1);
    expect(await read(nodePlatform, record)).toBe(true);
    const ours = await write(nodePlatform);
    expect(await tab.evaluate((facts) => (globalThis as unknown as { holdfast: Page }).holdfast.read(facts), ours)).toBe(true);
    expect(errors).toEqual([]);
    await tab.close();
  }, 60_000);
});
