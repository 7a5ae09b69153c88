/** The codec in a real browser: the same bytes as in Node, with and without memory that its threads share. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { type Page, type RecordFacts, encode, read, write } from './page.ts';

const CHROMIUM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
const isHere = existsSync(CHROMIUM);
if (!isHere) console.warn(`No browser at ${CHROMIUM}: the codec was NOT tested in one. Install Chromium or name it in HOLDFAST_CHROMIUM.`);

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

describe.skipIf(!isHere)('the codec in Chromium', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-page-'));
    const outDir = join(folder, 'dist');
    await build({ root: import.meta.dirname, logLevel: 'warn', configFile: false, worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'esnext', minify: false } });
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://page');
      const file = join(outDir, url.pathname === '/' ? 'index.html' : url.pathname);
      if (url.searchParams.has('isolated') || (request.headers.referer ?? '').includes('isolated')) {
        response.setHeader('cross-origin-opener-policy', 'same-origin');
        response.setHeader('cross-origin-embedder-policy', 'require-corp');
      }
      readFile(file).then(
        (bytes) => response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream').end(bytes),
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  it.each([true, false])('cross-origin isolated %s: the same roots as in Node, and records that both can read', async (isIsolated) => {
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on('pageerror', (error) => errors.push(error.message));
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${isIsolated ? '?isolated' : ''}`);
    await tab.waitForFunction(() => 'holdfast' in globalThis);
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
