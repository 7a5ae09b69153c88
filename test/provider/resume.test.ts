import http from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from 'viem';
import { DiskFullError } from '../../offchain/wire/http-errors.ts';
import { putBytes, requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { FragmentStored, Health, ProviderStatus } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askOffer, creatorOf, fragmentUrl, makeBundle, openTestAgreement, registerHeavy, sessionOf, startTestProvider, stopTestProvider, termsOf } from './network.ts';
import type { TestAgreement, TestProvider } from './network.ts';

let holdfast: TestHoldfast;
let providers: TestProvider[];
let agreement: TestAgreement;
let url: string;
let body: Uint8Array;
let root: Hex;
let partial: { agreement: number; batchId: Hex; slot: number; root: Hex };

beforeAll(async () => {
  holdfast = await startHoldfast();
  await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0, { probeMs: 3_600_000 }), await startTestProvider(holdfast, 1)];
  // 16 MiB: more than one mark's distance.
  agreement = await openTestAgreement(await creatorOf(holdfast), providers, { batchLog2: 24, quota: 1 });
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});
beforeEach(() => {
  const { batches, fragments } = makeBundle(agreement, 1, `resume ${Math.random()}`);
  const { batchId } = batches[0]!;
  body = fragments[0]![0]!;
  root = batches[0]!.fragmentRoots[0]!;
  url = fragmentUrl(providers[0]!.url, agreement.id, batchId, 0);
  partial = { agreement: agreement.id, batchId, slot: 0, root };
});

const headers = (more: Record<string, string> = {}) => ({ authorization: agreement.header, 'x-holdfast-root': root, ...more });
const send = (bytes: Uint8Array, more: Record<string, string> = {}) => putBytes(url, { body: bytes, headers: headers(more), schema: FragmentStored });
const rangeFrom = (from: number) => ({ 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });

async function stored(more: Record<string, string> = {}): Promise<number> {
  const reply = await fetch(url, { method: 'HEAD', headers: headers(more) });
  expect(reply.status).toBe(204);
  return Number(reply.headers.get('x-holdfast-stored'));
}

/** Sends the first `sizeBytes` and leaves the connection open. Returns what ends it, and the status that comes in the end. */
function begin(sizeBytes: number): { cut(): void; status: Promise<number | undefined> } {
  const request = http.request(url, { method: 'PUT', headers: headers({ 'content-length': String(body.length) }) });
  const status = new Promise<number | undefined>((resolve) => {
    request.on('response', (response) => resolve(response.resume().statusCode));
    request.on('error', () => resolve(undefined));
  });
  request.write(body.subarray(0, sizeBytes));
  return { cut: () => void request.destroy(), status };
}

const uploads = () => providers[0]!.provider.uploads.count;

describe('an upload that broke off', () => {
  it('is kept as far as it came and goes on there', async () => {
    const upload = begin(10_000_123);
    await expect.poll(uploads).toBe(1);
    await expect.poll(async () => (await readdir(join(providers[0]!.home, 'incoming'))).some((name) => name.endsWith('.mark'))).toBe(true);
    upload.cut();
    await expect.poll(uploads).toBe(0);
    const from = await stored();
    expect(from).toBeGreaterThan(8 << 20);
    expect(from).toBeLessThanOrEqual(10_000_123);
    await expect(send(body.subarray(from + 1), rangeFrom(from + 1))).rejects.toMatchObject({ code: 'UPLOAD_OFFSET', remoteStatus: 409, retryable: true, details: { storedBytes: from } });
    expect(await send(body.subarray(from), rangeFrom(from))).toEqual({ root });
    expect(await stored()).toBe(body.length);
    expect(await readdir(join(providers[0]!.home, 'incoming'))).toEqual([]);
    expect(Buffer.compare(await readFile(providers[0]!.provider.files.pathOf(partial)), body)).toBe(0);
  });

  it('is ended by whoever asks how far it is, and by a newer upload', async () => {
    const first = begin(100_000);
    await expect.poll(uploads).toBe(1);
    const from = await stored();
    expect(uploads()).toBe(0);
    expect(from).toBeLessThanOrEqual(100_000);
    first.cut();
    const second = begin(200_000);
    await expect.poll(uploads).toBe(1);
    expect(await send(body)).toEqual({ root });
    second.cut();
    expect(await stored()).toBe(body.length);
  });

  it('leaves nothing of other bytes: the root decides', async () => {
    begin(9_000_000).cut();
    await expect.poll(uploads).toBe(0);
    const first = begin(9_000_000);
    await expect.poll(async () => (await readdir(join(providers[0]!.home, 'incoming'))).some((name) => name.endsWith('.mark'))).toBe(true);
    first.cut();
    await expect.poll(uploads).toBe(0);
    const from = await stored();
    const wrong = body.slice(from);
    wrong[wrong.length - 1]! ^= 1;
    await expect(send(wrong, rangeFrom(from))).rejects.toMatchObject({ code: 'WRONG_ROOT', remoteStatus: 409 });
    expect(await stored()).toBe(0);
    expect(await readdir(join(providers[0]!.home, 'incoming'))).toEqual([]);
    expect(await send(body)).toEqual({ root });
  });

  it('is told only to those who may write, and a malformed range is refused', async () => {
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(401);
    const stranger = await sessionOf(await holdfast.as(9), agreement.id);
    expect((await fetch(url, { method: 'HEAD', headers: { authorization: stranger } })).status).toBe(403);
    for (const range of ['bytes 5-1/10', 'bytes 0-9/11', 'bytes=0-', 'bytes 00000000000-1/2']) {
      await expect(send(body, { 'content-range': range })).rejects.toMatchObject({ remoteStatus: 400 });
    }
    await expect(send(body.subarray(5), { 'content-range': `bytes 5-${body.length}/${body.length + 1}` })).rejects.toMatchObject({ code: 'UPLOAD_TOO_LONG' });
  });
});

describe('a reader that goes away', () => {
  it('ends the reading', async () => {
    await send(body);
    const { traffic } = providers[0]!.provider;
    const before = traffic.readBytes;
    await new Promise<void>((resolve) => {
      const request = http.get(url, (response) => {
        response.once('data', () => {
          request.destroy();
          resolve();
        });
      });
      request.on('error', () => undefined);
    });
    await expect.poll(() => traffic.running).toBe(0);
    expect(traffic.readBytes - before).toBeLessThan(body.length);
    expect(Buffer.compare((await requestBytes(url, { maxBytes: 1 << 25 })).bytes, body)).toBe(0);
  });
});

describe('a full disk', () => {
  it('is answered with 507, at once for whoever comes next, and is over when there is space', async () => {
    const { provider, url: base } = providers[0]!;
    provider.disk.note(new DiskFullError('full'));
    await expect(send(body)).rejects.toMatchObject({ code: 'READ_ONLY', remoteStatus: 507 });
    const terms = await termsOf(agreement.creator);
    await expect(askOffer(agreement.creator, base, terms)).rejects.toMatchObject({ code: 'READ_ONLY', remoteStatus: 507 });
    expect(await requestJson(`${base}/status`, { schema: ProviderStatus })).toMatchObject({ readOnly: 'its disk is full.' });
    await expect(requestJson(`${base}/readyz`, { schema: Health })).rejects.toMatchObject({ remoteStatus: 503 });
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('holdfast_provider_read_only 1\n');
    expect(await provider.disk.probe()).toBe(true);
    expect(await send(body)).toEqual({ root });
    expect((await requestJson(`${base}/status`, { schema: ProviderStatus })).readOnly).toBeUndefined();
  });
});

it('tells the scrub and the damage in /status and /metrics', async () => {
  const { provider, url: base } = providers[0]!;
  await send(body);
  await provider.store.fragment.updateMany({ where: { batchId: partial.batchId }, data: { bad: true } });
  const status = await requestJson(`${base}/status`, { schema: ProviderStatus });
  expect(status.damaged).toBeGreaterThanOrEqual(1);
  expect(status.scrub).toMatchObject({ pass: 1 });
  const text = await (await fetch(`${base}/metrics`)).text();
  expect(text).toMatch(/^holdfast_provider_damaged_fragments [1-9]\d*$/m);
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# HELP [a-z_]+ .+\.|# TYPE [a-z_]+ (gauge|counter)|holdfast_(provider|node|loop|chain)_[a-z_]+(\{[a-z]+="[A-Za-z_-]+"\})? \d+)$/);
});
