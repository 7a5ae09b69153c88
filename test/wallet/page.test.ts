/** The README's examples for pages, in Chromium, with an injected wallet, against a real chain and providers. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { type World, startWorld } from '../client/world.ts';
import { readmeExamples } from '../sdk/consumer.ts';
import { hasChromium, startChromium } from '../support/browser/chromium.ts';
import { openTab } from '../support/browser/tab.ts';
import { type TestWallet, createTestWallet } from '../support/browser/test-wallet.ts';

const SDK = join(import.meta.dirname, '..', '..', 'offchain', 'sdk');
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const SIZE_BYTES = 300_000;

describe.skipIf(!hasChromium('wallets in a page'))('a page with a wallet', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let world: World;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-wallet-page-'));
    [world, browser] = await Promise.all([startWorld({ providers: 4, tickMs: 300 }), startChromium()]);
    server = await serveExamples(folder);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function run(example: 'keep' | 'buy', wallet: TestWallet): Promise<{ said: string; problems: string[] }> {
    const { page, context, problems } = await openTab(browser, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, wallet });
    await page.waitForFunction(() => 'examples' in globalThis);
    const network = { rpcUrls: [world.holdfast.rpcUrl], deployment: formatDeployment(world.holdfast.deployment) };
    const said = await page.evaluate(([name, rest, sizeBytes]) => (globalThis as unknown as { examples: { run(...args: readonly unknown[]): Promise<string> } }).examples.run(name, rest, sizeBytes), [example, network, SIZE_BYTES] as const);
    await context.close();
    return { said, problems };
  }

  it('rents, stores and restores by the example with viem; the wallet is asked for what it must be asked for', async () => {
    const wallet = createTestWallet({ rpcUrl: world.holdfast.rpcUrl, accounts: [13] });
    const { said, problems } = await run('keep', wallet);
    expect(said).toMatch(/^agreement \d+: stored 300000 bytes, restored 1 file of 300000 bytes$/);
    expect(problems).toEqual([]);
    const windows = wallet.asked.filter((method) => /sign|send/i.test(method));
    // Tokens; a permit and the agreement; twice the key; a session; the commit; the list's new version.
    expect(windows.filter((method) => method === 'eth_sendTransaction')).toHaveLength(3);
    expect(windows.length).toBeLessThanOrEqual(9);
  });

  it('approves and opens in one batch where the wallet can', async () => {
    const wallet = createTestWallet({ rpcUrl: world.holdfast.rpcUrl, accounts: [14], batches: true });
    const { said } = await run('keep', wallet);
    expect(said).toContain('restored 1 file');
    expect(wallet.asked.filter((method) => method === 'wallet_sendCalls')).toHaveLength(1);
    expect(wallet.asked.filter((method) => method === 'eth_sendTransaction')).toHaveLength(2);
  });

  it('buys by the example with ethers', async () => {
    const { said, problems } = await run('buy', createTestWallet({ rpcUrl: world.holdfast.rpcUrl, accounts: [15] }));
    const [, bought, have] = /^bought (\d+), have (\d+)$/.exec(said) ?? [];
    expect([BigInt(bought ?? 0) > 0n, have, problems]).toEqual([true, bought, []]);
  });

  it('is told when its owner declines', async () => {
    const wallet = createTestWallet({ rpcUrl: world.holdfast.rpcUrl, accounts: [16] });
    wallet.handling((method) => wallet.refuse(method === 'eth_sendTransaction' ? 1 : 0));
    expect((await run('keep', wallet)).said).toMatch(/^USER_REJECTED: buy was declined in the wallet\./);
  });
});

async function serveExamples(folder: string): Promise<Server> {
  const source = join(folder, 'source');
  await mkdir(source);
  for (const [name, code] of await readmeExamples()) if (name.startsWith('page-')) await writeFile(join(source, name), code);
  await writeFile(join(source, 'index.html'), '<!doctype html><html lang="en"><title>Examples</title><script type="module" src="./main.ts"></script>');
  await writeFile(join(source, 'main.ts'), `
import { keep } from './page-viem.ts';
import { buy } from './page-ethers.ts';
let wallet;
addEventListener('eip6963:announceProvider', (event) => { wallet = event.detail.provider; });
dispatchEvent(new Event('eip6963:requestProvider'));
const run = (name, network, sizeBytes) => (name === 'buy' ? buy(wallet, network) : keep(wallet, network, { name: 'one.jpg', bytes: new Uint8Array(sizeBytes).fill(7) }))
  .catch((error) => \`\${error.code}: \${error.message}\`);
Object.assign(globalThis, { examples: { run } });`);
  const outDir = join(folder, 'built');
  const alias = Object.fromEntries(['browser', 'ethers'].map((entry) => [`holdfast/${entry}`, join(SDK, `${entry}.ts`)]));
  const ethers = join(SDK, '..', '..', 'node_modules', 'ethers', 'lib.esm', 'index.js');
  await build({ root: source, logLevel: 'error', configFile: false, resolve: { alias: [...Object.entries(alias).map(([find, replacement]) => ({ find, replacement })), { find: /^ethers$/, replacement: ethers }] }, worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'esnext', minify: false } });
  const server = createServer((request, response) => {
    const file = join(outDir, request.url === '/' ? 'index.html' : (request.url ?? ''));
    readFile(file).then((bytes) => response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream').end(bytes), () => response.writeHead(404).end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}
