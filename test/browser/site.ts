/** A page of this folder, bundled and served, and a browser to open it in. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';
import { build } from 'vite';

const CHROMIUM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) console.warn(`No browser at ${CHROMIUM}: nothing was tested in one. Install Chromium or name it in HOLDFAST_CHROMIUM.`);

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

export interface Site {
  readonly browser: Browser;
  /** Opens the page; what it throws and nobody catches is in `errors`. */
  open(options: { readonly isolated: boolean }): Promise<{ readonly tab: Page; readonly errors: readonly string[] }>;
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
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://page');
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
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const context = await browser.newContext();
  return {
    browser,
    async open({ isolated }) {
      const tab = await context.newPage();
      const errors: string[] = [];
      tab.on('pageerror', (error) => errors.push(error.message));
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${isolated ? '?isolated' : ''}`);
      await tab.waitForFunction(() => 'holdfast' in globalThis);
      return { tab, errors };
    },
    file: (name) => `/${name}.js`,
    async stop() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
