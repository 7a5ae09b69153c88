/** The package as others get it: packed, installed by npm into an empty project, compiled against, run against a real network, loaded by a real browser. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { bytesToHex } from 'viem';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { collectConsents } from '../../offchain/chain/collect-consents.ts';
import { renewAgreement } from '../../offchain/chain/extend-agreement.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { autoRenew, renewalOf, topUp } from '../../offchain/client/auto-renew.ts';
import { foundEndowment } from '../../offchain/client/endowment/found.ts';
import { extend, extensionQuote } from '../../offchain/client/extend.ts';
import { grow, growQuote } from '../../offchain/client/grow.ts';
import { lock } from '../../offchain/client/lock.ts';
import { quote, rent } from '../../offchain/client/rent.ts';
import { PRICE, type World, rentedClient, startWorld } from '../client/world.ts';
import { PACE } from '../support/pace.ts';
import { type Consumer, importGraph, readmeExamples, startConsumer } from './consumer.ts';

const CHROMIUM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';
const TSC = join(import.meta.dirname, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc');
const [VIEM, ETHERS] = [12, 13];
let consumer: Consumer;
let world: World;

beforeAll(async () => {
  [consumer, world] = await Promise.all([startConsumer(), startWorld({ providers: 4, tickMs: 300 })]);
  await consumer.write('deployment.json', formatDeployment(world.holdfast.deployment));
  await mkdir(join(consumer.folder, 'photos'));
  await writeFile(join(consumer.folder, 'photos', 'one.jpg'), Buffer.alloc(200_000, 7));
  for (const [file, code] of await readmeExamples()) await consumer.write(file, code);
});
afterAll(async () => {
  await world?.stop();
  await consumer?.stop();
});

function keyOf(account: number): string {
  return bytesToHex(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey!);
}

describe('the package', () => {
  it('has what runs and its types, and nothing of the repository', async () => {
    const { files, packedBytes, unpackedBytes } = consumer.packed;
    for (const one of ['LICENSE', 'README.md', 'SDK.md', 'package.json', 'dist/cli/main.js', 'dist/sdk/index.js', 'dist/sdk/index.d.ts', 'dist/store/migrations/0001_init.sql', 'dist/codec/kernels/generated/kernels.wasm.js', 'dist/chain/generated/abi.js', 'dist/dapp/site/index.html', 'dist/client/page/download/download-worker.js', 'subgraph/build/manifest.json']) expect(files).toContain(one);
    expect(files.filter((file) => /(^|\/)(test|scripts|contracts|node_modules)\/|[^d]\.ts$|\.sol$/.test(file))).toEqual([]);
    expect(packedBytes).toBeLessThan(5_000_000);
    expect(unpackedBytes).toBeLessThan(25_000_000);
    const manifest = JSON.parse(await readFile(join(consumer.folder, 'node_modules', 'holdfast', 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['private']));
    for (const gone of ['private', 'scripts', 'devDependencies', 'optionalDependencies', 'overrides']) expect(manifest).not.toHaveProperty(gone);
  });

  it.each(['nodenext', 'bundler'])('compiles strictly with moduleResolution %s', async (moduleResolution) => {
    const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext';
    await consumer.write(`tsconfig.${moduleResolution}.json`, JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, target: 'es2024', module, moduleResolution, types: ['node'], skipLibCheck: moduleResolution === 'bundler' },
      files: ['all-entries.ts', ...(await readmeExamples()).keys()],
    }));
    await consumer.write('all-entries.ts', `
import { HoldfastError, put, type Client, type PutResult } from 'holdfast';
import { codec, proof, chain, wire, createBrowserClient, filesSource, put as putOfPage } from 'holdfast/browser';
import { geometry } from 'holdfast/codec';
import { leafHash } from 'holdfast/proof';
import { readAgreement, type Chain } from 'holdfast/chain';
import { signTyped } from 'holdfast/wire';
import { fromEthersSigner } from 'holdfast/ethers';
import { readStatement } from 'holdfast/earnings';
export const stored = (client: Client): Promise<PutResult> => put(client, { paths: ['x'], name: 'x', signal: AbortSignal.timeout(1000) });
export const fromPage = (one: Chain, files: FileList): Promise<PutResult> => createBrowserClient({ chain: one }).then((client) => putOfPage(client, { source: filesSource(files), name: 'x' }));
export const state = (one: Chain) => readAgreement(one, 1).then(({ endPeriod }): number => endPeriod);
// @ts-expect-error: types are really checked, not any
export const wrong: string = geometry({ k: 1, m: 1, batchLog2: 16 });
export const all = [HoldfastError, codec.geometry, proof.leafHash === leafHash, chain.createChain, wire.signTyped === signTyped, fromEthersSigner, readStatement];
`);
    const run = () => execFileSync(process.execPath, [TSC, '-p', `tsconfig.${moduleResolution}.json`], { cwd: consumer.folder, encoding: 'utf8' });
    expect(run()).toBe('');
  });

  it.each([['viem.ts', VIEM], ['ethers.ts', ETHERS]] as const)('runs the example %s of its README', async (file, account) => {
    const said = await consumer.run(file, { RPC_URL: world.holdfast.rpcUrl, PRIVATE_KEY: keyOf(account) });
    expect(said).toMatch(/^agreement \d+: stored 200000 bytes, restored 200000 bytes$/m);
    expect(await readFile(join(consumer.folder, `photos-by-${file.replace('.ts', '')}`, 'one.jpg'))).toEqual(Buffer.alloc(200_000, 7));
  });

  it('starts its command line, and says which Node it needs', () => {
    const own = join(consumer.folder, 'node_modules', consumer.isInstalled ? '.bin/holdfast' : 'holdfast/dist/cli/main.js');
    expect(execFileSync(process.execPath, [own, '--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find((node) => /^v(1\d|2[0-3])\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''));
    if (old === undefined) return;
    const { status, stdout, stderr } = spawnSync(old, [own, '--version'], { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^holdfast: This is Node \d+\.\d+\.\d+; Node 24 or newer is needed\.\n$/)]);
  });
});

describe('the entries for pages', () => {
  it('reach nothing of Node', async () => {
    const dist = join(consumer.folder, 'node_modules', 'holdfast', 'dist');
    for (const entry of ['browser', 'codec', 'proof', 'chain', 'wire', 'ethers', 'earnings']) {
      const { files, packages } = await importGraph(join(dist, 'sdk', `${entry}.js`));
      expect(files.size).toBeGreaterThan(1);
      expect([...packages].filter((one) => /^node:|^(express|pg|libp2p|@prisma)/.test(one)), entry).toEqual([]);
    }
  });

  it.skipIf(!existsSync(CHROMIUM))('work in Chromium', async () => {
    const source = join(consumer.folder, 'page');
    await mkdir(source);
    await writeFile(join(source, 'index.html'), '<!doctype html><script type="module" src="./page.ts"></script>');
    await writeFile(join(source, 'page.ts'), `
import { codec, proof, chain, wire } from 'holdfast/browser';
import { fromEthersSigner } from 'holdfast/ethers';
import { readStatement } from 'holdfast/earnings';
Object.assign(globalThis, { holdfast: {
  payload: codec.geometry({ k: 10, m: 6, batchLog2: 20 }).payloadSize,
  leaf: [...proof.leafHash(new Uint8Array(256))],
  kinds: [chain.createChain, chain.readAgreement, wire.signTyped, fromEthersSigner, readStatement].map((one) => typeof one),
  agreement: async (rpcUrl, deployment) => {
    const one = await chain.createChain({ rpcUrls: [rpcUrl], deployment: chain.parseDeployment(deployment) });
    return (await chain.readAgreement(one, 1)).k;
  },
} });`);
    const outDir = join(consumer.folder, 'page-built');
    await build({ root: source, logLevel: 'error', configFile: false, build: { outDir, emptyOutDir: true, target: 'esnext', minify: false } });
    const server: Server = createServer((request, response) => {
      const file = join(outDir, request.url === '/' ? 'index.html' : (request.url ?? ''));
      readFile(file).then((bytes) => response.setHeader('content-type', extname(file) === '.js' ? 'text/javascript' : 'text/html').end(bytes), () => response.writeHead(404).end());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    try {
      const tab = await browser.newPage();
      const errors: string[] = [];
      tab.on('pageerror', (error) => errors.push(error.message));
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await tab.waitForFunction(() => 'holdfast' in globalThis);
      const seen = await tab.evaluate(() => {
        const { payload, leaf, kinds } = (globalThis as unknown as { holdfast: { payload: number; leaf: number[]; kinds: string[] } }).holdfast;
        return { payload, leaf, kinds };
      });
      const { geometry } = await import('../../offchain/codec/geometry.ts');
      const { leafHash } = await import('../../offchain/proof/hash.ts');
      expect(seen).toEqual({ payload: geometry({ k: 10, m: 6, batchLog2: 20 }).payloadSize, leaf: [...leafHash(new Uint8Array(256))], kinds: Array(5).fill('function') });
      // The chain of the test, read from within the page.
      const k = await tab.evaluate(([rpcUrl, deployment]) => (globalThis as unknown as { holdfast: { agreement(rpcUrl: string, deployment: string): Promise<number> } }).holdfast.agreement(rpcUrl!, deployment!), [world.holdfast.rpcUrl, formatDeployment(world.holdfast.deployment)]);
      expect(k).toBe(2);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  }, 60_000);
});

describe('verbs', () => {
  it('are all in the README, and all end when they are cancelled', async () => {
    const sdk = (await import('../../offchain/sdk/index.ts')) as unknown as Record<string, unknown>;
    const text = await readFile(join(import.meta.dirname, '../../offchain/sdk/README.md'), 'utf8');
    const table = text.slice(text.indexOf('## Verbs'), text.indexOf('## Errors'));
    const told = new Set([...table.matchAll(/`([a-zA-Z]+)(?:\([a-z]*\))?`/g)].map(([, name]) => name!));
    const isVerb = (name: string): boolean => typeof sdk[name] === 'function' && /^[a-z]/.test(name);
    const others = ['createChain', 'createClient', 'parseDeployment', 'fromEip1193', 'switchWalletChain', ...INNER];
    expect(Object.keys(sdk).filter((name) => isVerb(name) && !told.has(name) && !others.includes(name))).toEqual([]);
    const client = await world.client({ account: 15 });
    const without = new Set(['createChain', 'createClient', 'fromEip1193', 'switchWalletChain', 'endowmentStatus', 'readStandings', 'readPolicy', 'parsePolicy', 'choose', 'tighten', 'createPublicReader', 'createKeystore', 'openKeystore', 'formatTokens', 'toErrorBody', ...INNER]);
    const asked = { agreement: 1, name: 'x', paths: ['x'], into: 'x', contentId: 'x', fund: 1, amount: 1n, coin: 1n, slot: 0, bundle: 0, provider: 1, periods: 1, quota: 1, priceLimit: 1n, scheme: { k: 1, m: 1 }, batchLog2: 16, key: client.creator, lifeSeconds: 1, to: client.creator, owner: client.creator, stored: 'x', location: { contentId: 'x', agreements: [] }, verify: 'sampled', agreements: [], members: [], group: 'x', with: [], names: ['x'], target: { name: 'x' }, what: { name: 'x' }, share: 'x', text: 'x', path: 'x', file: 'x', source: 'x', link: 'x' };
    const late = [...told].filter((name) => isVerb(name) && !without.has(name));
    expect(late.length).toBeGreaterThan(35);
    for (const name of late) {
      const act = (sdk[name] as (one: unknown, options: unknown) => Promise<unknown>)(client, { ...asked, signal: AbortSignal.abort() });
      await expect(Promise.resolve(act).then(() => 'done', (error: { code?: string }) => error.code), name).resolves.toBe('ABORTED');
    }
  });
});

/** Exported beside the verbs: what they are made of. */
const INNER = ['foreignAgreements', 'marketDigest', 'retireBundles', 'fetchLink', 'inspectCar', 'batchLog2For', 'messageOf', 'isAdopted', 'isForeign', 'quitUnused', 'readPublicFile', 'walletErrorOf'];

describe('what is shown before paying', () => {
  it('is what is charged, to the unit', async () => {
    const { client, rented } = await rentedClient(world, { account: 14, quota: 20, periods: 4 });
    const { chain, creator } = client;
    const spent = async <T>(act: () => Promise<T>): Promise<readonly [T, bigint]> => {
      const before = await tokenBalance(chain, creator);
      return [await act(), before - (await tokenBalance(chain, creator))];
    };
    const terms = { scheme: { k: 2, m: 2 }, batchLog2: 17, quota: 7, periods: 3, priceLimit: PRICE };
    const quoted = await quote(client, terms);
    const [other, forRent] = await spent(() => rent(client, terms));
    expect([forRent, other.cost]).toEqual([quoted.cost, quoted.cost]);
    const { agreement } = rented;
    const longer = await extensionQuote(client, { agreement, periods: 2 });
    expect((await spent(() => extend(client, { agreement, periods: 2 })))[1]).toBe(longer.cost);
    const more = { agreement, quota: 3, priceLimit: PRICE };
    // While a draw is open growing waits. The epochs of this test are hours long, and proofs are sent in their second quarter.
    await world.holdfast.advance(3_000 * PACE);
    await expect.poll(async () => (await readAgreement(chain, agreement)).slots.every((slot) => slot.provedThisEpoch), { timeout: 30_000 }).toBe(true);
    const larger = await growQuote(client, more);
    expect((await spent(() => grow(client, more)))[1]).toBe(larger.cost);
    const { costPerPeriod } = await renewalOf(client, { agreement: other.agreement });
    expect((await spent(() => topUp(client, { agreement: other.agreement, amount: costPerPeriod })))[1]).toBe(costPerPeriod);
    const { state } = await client.views.refresh(other.agreement);
    const consents = await collectConsents(chain, { agreement: state, newEndPeriod: state.endPeriod + 1 });
    await autoRenew(client, { agreement: other.agreement, periods: 3 });
    const [renewed, again] = await spent(() => renewAgreement(chain, { agreement: other.agreement, newEndPeriod: state.endPeriod + 1, consents }));
    expect([renewed.paid, again, (await renewalOf(client, { agreement: other.agreement })).pot]).toEqual([costPerPeriod, 0n, 0n]);
    await lock(client, { agreement });
    const [fund, forFund] = await spent(() => foundEndowment(client, { agreement, amount: 12_345_678n }));
    expect([forFund, fund.tokens]).toEqual([12_345_678n, 12_345_678n]);
    expect(fund.costPerPeriod).toBe((await extensionQuote(client, { agreement, periods: 1 })).cost);
  }, 60_000);
});
