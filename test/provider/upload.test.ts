import { readdir } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeNodes } from '../../offchain/proof/bytes.ts';
import { verifyRange } from '../../offchain/proof/verify-range.ts';
import { packRoots, saveDescription } from '../../offchain/provider/bundle-description.ts';
import { READS_MAX } from '../../offchain/provider/read-places.ts';
import { putBytes, requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { BundleDescription, FragmentStored, ProviderStatus } from '../../offchain/wire/messages.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askReceipt, creatorOf, fragmentUrl, makeBundle, openTestAgreement, putFragments, registerHeavy, rootOf, sessionOf, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestProvider } from './network.ts';
import { pattern } from './support.ts';

let holdfast: TestHoldfast;
let heavy: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;
let largeUrl: string;

beforeAll(async () => {
  holdfast = await startHoldfast();
  heavy = await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0), await startTestProvider(holdfast, 1)];
  agreement = await openTestAgreement(await creatorOf(holdfast), providers, { quota: 8 });
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});

const put = (slot: number, batchId: `0x${string}`, body: Uint8Array, headers: Record<string, string> = { authorization: agreement.header }) =>
  putBytes(fragmentUrl(providers[slot]!.url, agreement.id, batchId, slot), { body, headers, schema: FragmentStored });

describe('a bundle', () => {
  it('goes from fragments over receipts to a commit, and comes back', async () => {
    const bundle = makeBundle(agreement, 2);
    await uploadBundle(agreement, providers, bundle, 0);
    const { syncChain } = await import('../../offchain/provider/sync-chain.ts');
    await syncChain(providers[1]!.provider);
    const described = await requestJson(`${providers[1]!.url}/agreements/${agreement.id}/bundles/0`, { schema: BundleDescription });
    expect(described).toEqual({ root: bundle.root, batches: bundle.batches });
    const { bytes } = await requestBytes(fragmentUrl(providers[1]!.url, agreement.id, bundle.batches[1]!.batchId, 1), { maxBytes: 1 << 20 });
    expect(Buffer.compare(bytes, bundle.fragments[1]![1]!)).toBe(0);
  });

  it('is described by its root before it is committed; unknown ones are 404', async () => {
    const bundle = makeBundle(agreement, 1, 'pending');
    await putFragments(agreement, providers[0]!, 0, bundle);
    await askReceipt(agreement, providers[0]!, 0, bundle, 1);
    const url = `${providers[0]!.url}/agreements/${agreement.id}/bundles`;
    expect((await requestJson(`${url}/1?root=${bundle.root}`, { schema: BundleDescription })).batches).toEqual(bundle.batches);
    await expect(requestJson(`${url}/7`, { schema: BundleDescription })).rejects.toMatchObject({ code: 'NO_SUCH_BUNDLE', remoteStatus: 404 });
  });

  it('of any length is told a page at a time', async () => {
    const { store } = providers[0]!.provider;
    for (const count of [1, 511, 512, 513, 1_025]) {
      const batches = Array.from({ length: count }, (_, i) => ({ batchId: rootOf(pattern(`batch ${count} ${i}`, 256)), fragmentRoots: [0, 1, 2].map((slot) => rootOf(pattern(`root ${i} ${slot}`, 256))) }));
      const root = rootOf(pattern(`bundle ${count}`, 256));
      await saveDescription(store, { agreement: 999, root, bundle: 0, batches: packRoots(batches) });
      expect(await requestJson(`${providers[0]!.url}/agreements/999/bundles/0?root=${root}`, { schema: BundleDescription })).toEqual({ root, batches });
    }
    await store.bundleDescription.deleteMany({ where: { agreement: 999 } });
  });

  it('of a stranger is not read into memory', async () => {
    const url = `${providers[0]!.url}/agreements/${agreement.id}/bundles`;
    // No JSON: whoever parsed it would say so.
    const answer = (headers: Record<string, string>) => fetch(url, { method: 'POST', body: '{'.repeat(1 << 20), headers: { 'content-type': 'application/json', ...headers } });
    expect((await answer({})).status).toBe(401);
    expect((await answer({ authorization: await sessionOf(await holdfast.as(9), agreement.id) })).status).toBe(403);
    expect((await answer({ authorization: agreement.header })).status).toBe(400);
  });

  it('gets no receipt with a missing fragment, a wrong root, a wrong number or too many batches', async () => {
    const bundle = makeBundle(agreement, 2, 'refused');
    const ask = (one: typeof bundle, number: number) => askReceipt(agreement, providers[0]!, 0, one, number);
    await expect(ask(bundle, 1)).rejects.toMatchObject({ code: 'FRAGMENTS_MISSING', details: { missing: bundle.batches.map((batch) => batch.batchId) } });
    await putFragments(agreement, providers[0]!, 0, bundle);
    const swapped = { ...bundle, batches: [...bundle.batches].reverse() };
    await expect(ask(swapped, 1)).rejects.toMatchObject({ code: 'WRONG_ROOT', remoteStatus: 409 });
    const foreign = makeBundle(agreement, 2, 'foreign');
    const renamed = { ...foreign, batches: foreign.batches.map((batch, i) => ({ ...batch, batchId: bundle.batches[i]!.batchId })) };
    await expect(ask(renamed, 1)).rejects.toMatchObject({ code: 'WRONG_ROOT' });
    await expect(ask(bundle, 0)).rejects.toMatchObject({ code: 'STALE_BUNDLE' });
    await expect(ask(bundle, 5)).rejects.toMatchObject({ code: 'STALE_BUNDLE' });
    const large = makeBundle(agreement, 7, 'large');
    await putFragments(agreement, providers[0]!, 0, large);
    await expect(ask(large, 1)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });
});

describe('a fragment', () => {
  it('is answered at once when it is sent again', async () => {
    const { batches, fragments } = makeBundle(agreement, 1, 'again');
    const first = await put(0, batches[0]!.batchId, fragments[0]![0]!);
    expect(first.root).toBe(batches[0]!.fragmentRoots[0]);
    const before = await providers[0]!.provider.store.fragment.findMany();
    expect(await put(0, batches[0]!.batchId, fragments[0]![0]!)).toEqual(first);
    expect(await providers[0]!.provider.store.fragment.findMany()).toEqual(before);
  });

  it('leaves nothing when the connection breaks off, or the length is wrong', async () => {
    const { batches, fragments } = makeBundle(agreement, 1, 'cut');
    const { batchId } = batches[0]!;
    const body = fragments[0]![0]!;
    await expect(put(0, batchId, body.subarray(0, 1000))).rejects.toMatchObject({ code: 'TRUNCATED_UPLOAD', remoteStatus: 400 });
    await expect(put(0, batchId, Buffer.concat([body, body]))).rejects.toMatchObject({ code: 'UPLOAD_TOO_LONG', remoteStatus: 413 });
    await new Promise<void>((resolve) => {
      const headers = { authorization: agreement.header, 'content-length': body.length };
      const request = http.request(fragmentUrl(providers[0]!.url, agreement.id, batchId, 0), { method: 'PUT', headers });
      request.on('error', () => resolve());
      request.write(body.subarray(0, 20_000), () => setTimeout(() => request.destroy(new Error('gone')), 50));
    });
    await expect.poll(() => readdir(join(providers[0]!.home, 'incoming'))).toEqual([]);
    const gone = requestBytes(fragmentUrl(providers[0]!.url, agreement.id, batchId, 0), { maxBytes: 1 << 20 });
    await expect(gone).rejects.toMatchObject({ code: 'NO_SUCH_FRAGMENT', remoteStatus: 404 });
  });

  it('is refused when it has another root than announced', async () => {
    const { batches, fragments } = makeBundle(agreement, 1, 'root');
    const headers = { authorization: agreement.header, 'x-holdfast-root': batches[0]!.fragmentRoots[1]! };
    await expect(put(0, batches[0]!.batchId, fragments[0]![0]!, headers)).rejects.toMatchObject({ code: 'WRONG_ROOT' });
  });

  it('is taken from nobody but the creator, for this agreement and this slot', async () => {
    const { batches, fragments } = makeBundle(agreement, 1, 'auth');
    const { batchId } = batches[0]!;
    const attempt = (headers: Record<string, string>, slot = 0) => put(slot, batchId, fragments[0]![slot]!, headers);
    const { creator, id } = agreement;
    await expect(attempt({})).rejects.toMatchObject({ code: 'SESSION_MISSING', remoteStatus: 401 });
    await expect(attempt({ authorization: await sessionOf(creator, id + 1) })).rejects.toMatchObject({ code: 'WRONG_SESSION', remoteStatus: 403 });
    await expect(attempt({ authorization: await sessionOf(creator, id, -10) })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(attempt({ authorization: await sessionOf(await holdfast.as(9), id) })).rejects.toMatchObject({ code: 'NOT_ALLOWED', remoteStatus: 403 });
    const elsewhere = fragmentUrl(providers[1]!.url, id, batchId, 0);
    const body = fragments[0]![0]!;
    await expect(putBytes(elsewhere, { body, headers: { authorization: agreement.header }, schema: FragmentStored })).rejects.toMatchObject({ code: 'NOT_MY_SLOT' });
    await attempt({ authorization: await sessionOf(heavy, id) });
  });

  it('of 16 MiB is streamed, and refused with a reason, not with a broken connection', async () => {
    const large = await openTestAgreement(agreement.creator, providers, { batchLog2: 24, quota: 1 });
    const { batches, fragments } = makeBundle(large, 1, 'large');
    const url = fragmentUrl(providers[0]!.url, large.id, batches[0]!.batchId, 0);
    const send = (body: Uint8Array, authorization: string, more = {}) => putBytes(url, { body, headers: { authorization, ...more }, schema: FragmentStored });
    const body = fragments[0]![0]!;
    await expect(send(body, agreement.header)).rejects.toMatchObject({ code: 'WRONG_SESSION', remoteStatus: 403 });
    await expect(send(Buffer.concat([body, body]), large.header)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LONG' });
    await expect(send(body, large.header, { 'x-holdfast-root': batches[0]!.batchId })).rejects.toMatchObject({ code: 'WRONG_ROOT' });
    for (let i = 0; i < 3; i++) expect(await send(body, large.header)).toEqual({ root: batches[0]!.fragmentRoots[0] });
    expect(Buffer.compare((await requestBytes(url, { maxBytes: 1 << 25 })).bytes, body)).toBe(0);
    largeUrl = url;
  });

  it('is asked for by many who take nothing: they keep nobody else out', async () => {
    const { hostname, port, pathname } = new URL(largeUrl);
    const silent = Array.from({ length: READS_MAX + 8 }, () => net.connect(Number(port), hostname).on('error', () => undefined).pause());
    try {
      for (const socket of silent) socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      await expect.poll(() => providers[0]!.provider.traffic.running, { timeout: 10_000 }).toBe(READS_MAX);
      const read = () => requestBytes(`${largeUrl}?first=0&count=4`, { maxBytes: 1 << 20 }).then(({ bytes }) => bytes.length > 1_024, () => false);
      expect(await read()).toBe(false);
      await expect.poll(read, { timeout: 10_000, interval: 300 }).toBe(true);
      // Again and again, as long as they are there.
      expect(await read()).toBe(true);
    } finally {
      for (const socket of silent) socket.destroy();
    }
    await expect.poll(() => providers[0]!.provider.traffic.running, { timeout: 10_000 }).toBe(0);
  });

  it('is read in ranges that verify', async () => {
    const { batches, fragments } = makeBundle(agreement, 1, 'range');
    const { root } = await put(1, batches[0]!.batchId, fragments[0]![1]!);
    const url = fragmentUrl(providers[1]!.url, agreement.id, batches[0]!.batchId, 1);
    const { bytes, headers } = await requestBytes(`${url}?first=70&count=5`, { maxBytes: 1 << 20 });
    const proofBytes = Number(headers['x-holdfast-proof-bytes']);
    const data = bytes.subarray(0, 5 * 256);
    expect(bytes.length).toBe(data.length + proofBytes);
    const proof = decodeNodes(bytes.subarray(data.length), proofBytes / 32);
    expect(verifyRange({ root: Buffer.from(root.slice(2), 'hex'), leaves: 256, first: 70, data, proof })).toBe(true);
    await expect(requestBytes(`${url}?first=255&count=2`, { maxBytes: 1 << 20 })).rejects.toMatchObject({ remoteStatus: 400 });
  });
});

it('reports its state', async () => {
  const status = await requestJson(`${providers[0]!.url}/status`, { schema: ProviderStatus });
  expect(status).toMatchObject({ id: providers[0]!.id, tier: 'standard', region: 1, mode: 'normal', agreements: 2 });
  expect(status.storedBytes).toBeGreaterThanOrEqual(65_536);
  expect(status.freeBytes).toBeLessThanOrEqual((64 << 20) - 8 * 65_536);
});
