/** One batch of a bundle is lost for good: everything else is repaired and saved, and its creator ends what holds the slot up. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import { recordSpans } from '../../offchain/codec/pack.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { list } from '../../offchain/client/list.ts';
import { put } from '../../offchain/client/put.ts';
import { repair } from '../../offchain/client/repair/repair.ts';
import { status } from '../../offchain/client/status.ts';
import { syncCatalog } from '../../offchain/client/sync-catalog.ts';
import { usageOf } from '../../offchain/client/usage.ts';
import { LossesReply } from '../../offchain/wire/losses.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { noise, snapshot, writeTree } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const CREATOR = 12;
/** The account of provider 0 of the world. */
const FIRST_PROVIDER_ACCOUNT = 3;
let world: World;
let client: Client;
let agreement: number;
/** Where the lost part of `gone.bin` lies. */
let lost: { bundle: number; batch: number; batchId: string };
let leaver: number;

beforeAll(async () => {
  world = await startWorld({ providers: 6 });
  ({ client, rented: { agreement } } = await rentedClient(world, { account: CREATOR, batchLog2: 18, quota: 60 }));
  const tree = (name: string, files: Record<string, Uint8Array>) => writeTree(join(world.folder, name), files);
  await tree('photos', { 'gone.bin': noise('gone', 1_200_000), 'kept.bin': noise('kept', 300_000), 'more.bin': noise('more', 300_000) });
  await tree('copy', { 'kept.bin': noise('kept', 300_000) });
  await tree('music', { 'song.bin': noise('song', 2_000_000) });
  for (const name of ['photos', 'copy', 'music']) await put(client, { paths: [join(world.folder, name)], name });
  const { versions } = await usageOf(client, await syncCatalog(client));
  const { manifest } = versions.find(({ name }) => name === 'photos')!;
  const view = await client.views.get(agreement);
  const batchesOf = (chunk: ChunkRef) => recordSpans(view.geometry, chunk).map(({ batch }) => batch);
  const entry = manifest.entries.find(({ path }) => path.endsWith('gone.bin'))!;
  const { bundle } = manifest.chunks[entry.chunks[0]!]!;
  // Nothing else shall lie in the batch: the test is about what lies in others.
  const others = new Set(manifest.chunks.filter((_, index) => !entry.chunks.includes(index)).flatMap(batchesOf));
  const batch = entry.chunks.flatMap((index) => batchesOf(manifest.chunks[index]!)).find((one) => !others.has(one))!;
  const { batches } = await client.reader.describe(view, bundle!);
  lost = { bundle: bundle!, batch, batchId: Buffer.from(batches[batch]!.batchId).toString('hex') };
});
afterAll(() => world?.stop());

describe('a bundle with one lost batch', () => {
  it('keeps its slot from changing hands, and nothing else from being rebuilt', async () => {
    const { slots } = await readAgreement(client.chain, agreement);
    const find = (slot: number) => world.providers.findIndex(({ id }) => id === slots[slot]!.provider);
    leaver = slots[0]!.provider;
    await surrender(await world.holdfast.as(FIRST_PROVIDER_ACCOUNT + find(0)), { agreement, slot: 0 });
    await world.stopProvider(leaver);
    for (const slot of [1, 2]) await rm(join(world.providers[find(slot)]!.provider.config.home, 'fragments', String(agreement), `${lost.batchId}.${slot}`));

    const told = async () => (await Promise.all(world.heavies.map((heavy) => requestJson(`${heavy.url}/agreements/${agreement}/losses`, { schema: LossesReply })))).flatMap(({ batches }) => batches);
    await expect.poll(told, { timeout: 60_000, interval: 250 }).toEqual([{ bundle: lost.bundle, batch: lost.batch, available: 1, needed: 2 }]);
    const heirs = world.providers.filter(({ id }) => !slots.some(({ provider }) => provider === id));
    const held = await Promise.all(heirs.map(({ provider }) => provider.store.fragment.count({ where: { agreement, slot: 0, bad: false } })));
    const { batches } = await readAgreement(client.chain, agreement);
    expect(Math.max(...held)).toBe(batches - 1);
    expect((await readAgreement(client.chain, agreement)).slots[0]!.provider).toBe(0);
  });

  it('is shown by the status, with the names that it is part of', async () => {
    const { agreements } = await status(client);
    expect(agreements[0]).toMatchObject({ agreement, lostNames: ['photos'], lostBatches: [{ bundle: lost.bundle, batch: lost.batch }] });
  });

  it('loses nothing that still lives: names with a part in other batches of it are stored anew', async () => {
    const result = await repair(client, { agreement });
    expect(result).toMatchObject({ lostBundles: [lost.bundle], moved: ['copy'], movedInPart: [], forgotten: 0, retired: [], isPartial: false });
    expect(result.lost).toEqual([expect.objectContaining({ name: 'photos', isNewest: true, lostPaths: 1, paths: [expect.stringMatching(/gone\.bin$/)] })]);
    // Lost providers may come back: nothing was given up without being told to.
    expect((await list(client)).map(({ name }) => name).sort()).toEqual(['copy', 'music', 'photos']);
    expect(await repair(client, { agreement })).toMatchObject({ moved: [], retired: [] });
  });

  it('is given up when its creator says so: what is left of the name is stored anew, and the slot goes to another provider', async () => {
    const result = await repair(client, { agreement, giveUp: true });
    expect(result).toMatchObject({ lostBundles: [lost.bundle], moved: [], movedInPart: ['photos'], retired: [lost.bundle], isPartial: false });
    const heir = async () => (await readAgreement(client.chain, agreement)).slots[0]!.provider;
    await expect.poll(heir, { timeout: 60_000, interval: 250 }).not.toBe(0);
    expect(await heir()).not.toBe(leaver);
    for (const name of ['photos', 'copy', 'music']) await get(client, { name, into: join(world.folder, 'back', name) });
    const files = Object.keys(await snapshot(join(world.folder, 'back', 'photos')));
    expect(files.some((path) => path.endsWith('kept.bin')) && files.some((path) => path.endsWith('more.bin'))).toBe(true);
    expect(files.some((path) => path.endsWith('gone.bin'))).toBe(false);
    for (const name of ['copy', 'music']) expect(await snapshot(join(world.folder, 'back', name))).toEqual(await snapshot(join(world.folder, name)));
    expect(await repair(client, { agreement })).toMatchObject({ lostBundles: [], failures: [], lost: [] });
    expect((await status(client)).agreements[0]).toMatchObject({ lostBatches: [], lostNames: [] });
  });
});
