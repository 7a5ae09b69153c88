// A provider whose store is a bucket, over real HTTP, chain and proofs; and the doctor's look at the bucket.
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { bucketCheck } from '../../offchain/doctor/bucket.ts';
import { bucketOf } from '../../offchain/provider/open-files.ts';
import { Prover } from '../../offchain/provider/prover.ts';
import { requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { Health } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { BUCKET, KEYS, startS3Server } from '../support/s3-server.ts';
import type { S3Server } from '../support/s3-server.ts';
import { creatorOf, fragmentUrl, makeBundle, openTestAgreement, putFragments, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

const EPOCH_SECONDS = 1_000;
let folder: string;
let server: S3Server;
let holdfast: TestHoldfast;
let watcher: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;
let bundle: TestBundle;
let store: object & { readonly kind: 's3'; readonly endpoint: string; readonly bucket: string };

beforeAll(async () => {
  folder = join(tmpdir(), `holdfast-bucket-${randomUUID()}`);
  server = await startS3Server(folder);
  const credentialsFile = join(tmpdir(), `holdfast-keys-${randomUUID()}`);
  await writeFile(credentialsFile, `[default]\naws_access_key_id=${KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key=${KEYS.AWS_SECRET_ACCESS_KEY}\n`);
  store = Object.assign({ kind: 's3' as const, endpoint: server.url, bucket: BUCKET }, { prefix: 'p/', credentialsFile, giveUpMs: 200, silenceMs: 500 });
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 20 });
  watcher = await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0, { store, probeMs: 100 }), await startTestProvider(holdfast, 1)];
  agreement = await openTestAgreement(await creatorOf(holdfast), providers);
  bundle = makeBundle(agreement, 2);
  await uploadBundle(agreement, providers, bundle, 0);
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  await rm((store as unknown as { credentialsFile: string }).credentialsFile, { force: true });
});

const read = (count = 20) => requestBytes(`${fragmentUrl(providers[0]!.url, agreement.id, bundle.batches[0]!.batchId, 0)}?first=3&count=${count}`, { maxBytes: 1 << 20 });
const causes = async (): Promise<string[]> => {
  const reply = await fetch(`${providers[0]!.url}/readyz`);
  return Health.parse(await reply.json()).causes.map(({ code }) => code);
};

describe('a provider with a bucket', () => {
  it('stores, serves and proves, keeps nothing on the disk, and goes on after a restart', async () => {
    expect((await server.keys()).filter((key) => key.includes('/fragments/'))).toHaveLength(2);
    expect(await readdir(join(providers[0]!.home, 'incoming'))).toEqual([]);
    expect(await readdir(providers[0]!.home)).not.toContain('fragments');
    expect(Buffer.compare((await read()).bytes.subarray(0, 20 * 256), bundle.fragments[0]![0]!.subarray(3 * 256, 23 * 256))).toBe(0);
    const { home } = providers[0]!;
    await providers[0]!.stop();
    providers[0] = await startTestProvider(holdfast, 0, { store, home, probeMs: 100 });
    await read();
    const target = watcher.clock.genesis + ((await currentEpoch(watcher)) + 1.3) * EPOCH_SECONDS;
    await holdfast.advance(Math.ceil(target - (await watcher.nowSeconds())));
    for (const chain of [watcher, providers[0]!.provider.chain]) await expect.poll(() => chain.nowSeconds(), { timeout: 5_000 }).toBeGreaterThanOrEqual(target);
    const epoch = await currentEpoch(watcher);
    const prover = new Prover(providers[0]!.provider, () => 0);
    // The bucket fails for a moment: the next look proves.
    server.fault = () => ({ status: 500 });
    await prover.tick();
    expect(await hasProved(watcher, providers[0]!.id, epoch)).toBe(false);
    server.fault = () => undefined;
    for (let i = 0; i < 3; i++) await prover.tick();
    expect(await hasProved(watcher, providers[0]!.id, epoch)).toBe(true);
  });

  it('says that its bucket is away, takes nothing new, loses nothing, and recovers by itself', async () => {
    server.fault = () => 'drop';
    await expect(read()).rejects.toMatchObject({ code: 'BUCKET_FAILED', remoteStatus: 503 });
    await expect(putFragments(agreement, providers[0]!, 0, makeBundle(agreement, 1, 'more'))).rejects.toMatchObject({ code: 'BUCKET_FAILED' });
    await expect.poll(causes, { timeout: 10_000 }).toEqual(expect.arrayContaining(['BUCKET_FAILING', 'BUCKET_AWAY']));
    await expect(putFragments(agreement, providers[0]!, 0, makeBundle(agreement, 1, 'more'))).rejects.toMatchObject({ code: 'READ_ONLY' });
    server.fault = () => undefined;
    await expect.poll(causes, { timeout: 10_000 }).not.toEqual(expect.arrayContaining(['BUCKET_FAILING']));
    await read();
    expect(await providers[0]!.provider.store.fragment.count({ where: { bad: true } })).toBe(0);
    expect(await requestJson(`${providers[0]!.url}/healthz`, { schema: Health })).toMatchObject({ ok: true });
  });

  it('waits for its bucket at the start, where it is patient, and is refused another home\'s', async () => {
    await expect(startTestProvider(holdfast, 2, { store })).rejects.toMatchObject({ code: 'BUCKET_TAKEN' });
    server.fault = () => ({ status: 503, code: 'SlowDown' });
    const waiting = startTestProvider(holdfast, 2, { store: { ...store, bucket: BUCKET, prefix: 'late/' } as typeof store }, holdfast.rpcUrl, undefined, { isPatient: true });
    await expect.poll(() => server.requests.filter(({ key }) => key.startsWith('late/')).length, { timeout: 10_000 }).toBeGreaterThan(1);
    server.fault = () => undefined;
    await stopTestProvider(await waiting);
  });
});

describe('the doctor', () => {
  const look = (more: object = {}) => bucketCheck(() => bucketOf({ home: providers[0]!.home, store: { ...providers[0]!.provider.config.store, ...more } as TestProvider['provider']['config']['store'] })).run(AbortSignal.timeout(10_000));

  it('writes, reads, lists and removes in the bucket', async () => {
    const before = await server.keys();
    expect(await look()).toMatchObject({ check: 'bucket', status: 'ok', facts: { knowsConditions: true } });
    expect(await server.keys()).toEqual(before);
  });

  it('says what is wrong and what to do', async () => {
    server.fault = () => ({ status: 403, code: 'AccessDenied' });
    expect(await look()).toMatchObject({ status: 'fail', fix: expect.stringContaining('s3:ListBucket'), facts: { reason: 'AccessDenied' } });
    server.fault = () => undefined;
    expect(await look({ bucket: 'other' })).toMatchObject({ status: 'fail', fix: expect.stringContaining('Create the bucket') });
    expect(await look({ endpoint: 'http://127.0.0.1:1' })).toMatchObject({ status: 'fail', facts: { reason: 'ECONNREFUSED' } });
    server.secretKey = 'another';
    expect(await look()).toMatchObject({ status: 'fail', facts: { reason: 'SignatureDoesNotMatch' } });
    server.secretKey = KEYS.AWS_SECRET_ACCESS_KEY;
  });
});
