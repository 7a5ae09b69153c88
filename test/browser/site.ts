/** A page of this folder, bundled and served, and a browser to open it in. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type Page, chromium } from 'playwright-core';
import { build } from 'vite';

const CHROMIUM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) console.warn(`No browser at ${CHROMIUM}: nothing was tested in one. Install Chromium or name it in HOLDFAST_CHROMIUM.`);

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

export interface Site {
  readonly browser: Browser;
  /** Opens the page; what it throws and nobody catches is in `errors`. */
  open(options: { readonly isolated: boolean }): Promise<{ readonly tab: Page; readonly errors: readonly string[] }>;
  /**
   * Opens the page in a browser of its own that nobody watches, and returns what it tells: for figures, since a browser whose network is watched (as by
   * Playwright) writes down every body that a page sends. The page finds `order` in its address, and posts its answer to /told.
   */
  unwatched(options: { readonly isolated: boolean; readonly order: unknown; readonly timeoutMs: number }): Promise<unknown>;
  /** Where a further script lies, by its name. */
  file(name: string): string;
  stop(): Promise<void>;
}

/** `html`: a file of this folder. */
export async function startSite(html: string, options: { readonly minify?: boolean; readonly scripts?: Readonly<Record<string, string>> } = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-page-'));
  const outDir = join(folder, 'dist');
  const input = { page: join(import.meta.dirname, html), ...options.scripts };
  await build({ root: import.meta.dirname, logLevel: 'warn', configFile: false, worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'esnext', minify: options.minify ?? false, chunkSizeWarningLimit: 10_000, rolldownOptions: { input, output: { entryFileNames: '[name].js' } } } });
  const told = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://page');
    if (request.method === 'POST' && url.pathname === '/told') {
      text(request).then((body) => told.resolve(JSON.parse(body)), told.reject);
      response.writeHead(204).end();
      return;
    }
    const file = join(outDir, url.pathname === '/' ? html : url.pathname);
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
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const context = await browser.newContext();
  return {
    browser,
    async open({ isolated }) {
      const tab = await context.newPage();
      const errors: string[] = [];
      tab.on('pageerror', (error) => errors.push(error.message));
      await tab.goto(`http://127.0.0.1:${port}/${isolated ? '?isolated' : ''}`);
      await tab.waitForFunction(() => 'holdfast' in globalThis);
      return { tab, errors };
    },
    async unwatched({ isolated, order, timeoutMs }) {
      const query = new URLSearchParams({ ...(isolated ? { isolated: '' } : {}), order: JSON.stringify(order) });
      const profile = await mkdtemp(join(tmpdir(), 'holdfast-profile-'));
      const child = spawn(CHROMIUM, [...ARGUMENTS, '--headless=new', `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/?${query}`], { stdio: 'ignore' });
      const ended = once(child, 'exit').then(() => Promise.reject(new Error('the browser ended before its page had told anything')));
      const late = sleep(timeoutMs, undefined, { ref: false }).then(() => Promise.reject(new Error(`the page told nothing within ${timeoutMs} ms`)));
      ended.catch(() => undefined);
      late.catch(() => undefined);
      try {
        return await Promise.race([told.promise, ended, late]);
      } finally {
        child.kill();
        await ended.catch(() => undefined);
        await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      }
    },
    file: (name) => `/${name}.js`,
    async stop() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
