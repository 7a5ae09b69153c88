import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEV_MNEMONIC } from '../../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../../offchain/chain/deployment.ts';
import { DappSettings, formatSettings } from '../../../offchain/dapp/server/settings.ts';
import { startDapp } from '../../../offchain/dapp/server/start.ts';
import type { DappServer } from '../../../offchain/dapp/server/start.ts';

const address = (digit: string) => `0x${digit.repeat(40)}`;
const deployment = parseDeployment({ chainId: 31_337, token: address('1'), sale: address('2'), registry: address('3'), market: address('4'), lens: address('5'), fromBlock: '7' });
const settings: DappSettings = { deployment, rpcUrls: ['http://127.0.0.1:1'], heavies: ['http://127.0.0.1:2'], subgraphUrl: 'http://127.0.0.1:2/subgraphs/name/holdfast', isDevnet: true, devMnemonic: DEV_MNEMONIC };

let site: string;
let server: DappServer;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'holdfast-site-'));
  await mkdir(join(site, 'assets'));
  await writeFile(join(site, 'index.html'), '<!doctype html><title>Holdfast</title>');
  await writeFile(join(site, 'mark.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(site, 'assets', 'main-Abc123.js'), 'export {};');
  await writeFile(join(site, 'assets', 'main-Abc123.js.gz'), gzipSync('export {};'));
  server = await startDapp({ settings, port: 0, site });
});
afterAll(async () => {
  await server.stop();
  await rm(site, { recursive: true });
});

interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: Buffer }

/** As it goes over the wire: fetch would unpack bodies and tidy up paths. */
function ask(path: string, options: { readonly method?: string; readonly headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(server.url, { path, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
    }).on('error', reject).end();
  });
}

describe('what is served', () => {
  test.each(['/', '/files', '/explorer/providers/7', '/index.html'])('a page for %s, never cached', async (path) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers['cache-control'], String(body)]).toEqual([200, 'no-store', '<!doctype html><title>Holdfast</title>']);
  });

  test('assets for ever, compressed where the browser takes it', async () => {
    const plain = await ask('/assets/main-Abc123.js');
    expect([plain.status, plain.headers['cache-control'], String(plain.body)]).toEqual([200, 'public, max-age=31536000, immutable', 'export {};']);
    const packed = await ask('/assets/main-Abc123.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect([packed.headers['content-encoding'], packed.headers['content-type'], packed.headers['vary']]).toEqual(['gzip', 'text/javascript; charset=utf-8', 'accept-encoding']);
    expect(String(gunzipSync(packed.body))).toBe('export {};');
  });

  test('a missing file is no page', async () => {
    expect((await ask('/assets/main-Old999.js')).status).toBe(404);
    expect((await ask('/favicon.ico')).status).toBe(404);
    expect((await ask('/files', { method: 'POST' })).status).toBe(405);
  });

  test.each(['/../../package.json', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/index.html', '/%00', '/assets/%'])('nothing outside of it: %s', async (path) => {
    const { status, body } = await ask(path);
    expect(status === 200 ? String(body).startsWith('<!doctype html><title>Holdfast') : status >= 400).toBe(true);
    expect(String(body)).not.toContain('dependencies');
    expect(String(body)).not.toContain(site);
  });

  test('pages are isolated and run no scripts but their own', async () => {
    const { headers } = await ask('/');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain("'unsafe-eval'");
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('what the pages are told', async () => {
    const { headers, body } = await ask('/holdfast.json');
    expect(headers['cache-control']).toBe('no-store');
    expect(DappSettings.parse(JSON.parse(String(body)))).toEqual(settings);
  });
});

describe('settings', () => {
  const told = () => JSON.parse(formatSettings(settings)) as Record<string, unknown>;

  test('a mnemonic belongs to the devnet alone', () => {
    const elsewhere = { ...told(), deployment: { ...(told()['deployment'] as object), chainId: 1 } };
    expect(DappSettings.safeParse(elsewhere).success).toBe(false);
    expect(DappSettings.safeParse({ ...elsewhere, isDevnet: false, devMnemonic: undefined }).success).toBe(true);
  });

  test('addresses are web addresses', () => {
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'nonsense', '']) expect(DappSettings.safeParse({ ...told(), rpcUrls: [url] }).success).toBe(false);
    expect(DappSettings.safeParse({ ...told(), unknown: 1 }).success).toBe(false);
  });
});

test('pages that were not built, and a port that is taken, say so', async () => {
  await expect(startDapp({ settings, port: 0, site: join(site, 'nowhere') })).rejects.toMatchObject({ code: 'PAGES_NOT_BUILT' });
  await expect(startDapp({ settings, port: Number(new URL(server.url).port), site })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
});
