import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChain } from '../../offchain/chain/client.ts';
import type { Client } from '../../offchain/client/client.ts';
import { createPublicReader } from '../../offchain/client/named/public-reader.ts';
import { publishName } from '../../offchain/client/named/publish-name.ts';
import { resolveName } from '../../offchain/client/named/resolve-name.ts';
import { put } from '../../offchain/client/put.ts';
import { nameKey } from '../../offchain/wire/named-name.ts';
import { rendezvous } from '../../offchain/wire/rendezvous.ts';
import { type Liar, startLiar } from './named-liar.ts';
import { noise } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

let world: World;
let client: Client;
let reader: ReturnType<typeof createPublicReader>;
let liar: Liar;
/** Names for which the liar comes first, and two honest nodes behind it. */
let names: string[];

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client } = await rentedClient(world, { account: 12 }));
  liar = await startLiar(await world.holdfast.as(18));
  const ids = [...world.heavies.map(({ id }) => id), liar.id];
  names = Array.from({ length: 60 }, (_, i) => `/b.com/${i}`).filter((name) => rendezvous(nameKey(name), ids)[0] === liar.id);
  reader = createPublicReader(await createChain({ rpcUrls: [world.holdfast.rpcUrl], deployment: world.holdfast.deployment, pollMs: 50 }));
  const folder = join(world.folder, 'sources');
  await mkdir(folder);
  for (const file of ['one', 'two']) await writeFile(join(folder, file), noise(file, 5_000));
  for (const file of ['one', 'two']) await put(client, { paths: [join(folder, file)], name: file, visibility: 'public' });
}, 60_000);
afterAll(async () => {
  await liar?.stop();
  await reader?.close();
  await world?.stop();
});

describe('a holder that lies', () => {
  it('withholds a record: the others have it', async () => {
    const [name] = names as [string];
    const { holders } = await publishName(client, { name, stored: 'one' });
    expect(holders).not.toContain(liar.id);
    const before = liar.asked;
    expect((await resolveName(reader, { name })).record.version).toBe(1);
    expect(liar.asked).toBeGreaterThan(before);
  });

  it('shows an old version: the newest is taken from the others', async () => {
    const [, name] = names as [string, string];
    await publishName(client, { name, stored: 'one' });
    const old = await resolveName(reader, { name });
    await publishName(client, { name, stored: 'two' });
    liar.says = () => ({ status: 200, body: { hash: old.hash, record: old.record } });
    const now = await resolveName(reader, { name });
    expect(now).toMatchObject({ record: { version: 2 }, distrusted: [] });
    expect(now.holders.find(({ node }) => node === liar.id)?.hash).toBe(old.hash);
  });

  it('changes a record, forges one, or sends anything else: it is distrusted', async () => {
    const [, , name] = names as [string, string, string];
    await publishName(client, { name, stored: 'one' });
    const { hash, record } = await resolveName(reader, { name });
    const lies: unknown[] = [
      { hash, record: { ...record, version: 9 } },
      { hash, record: { ...record, value: '{"kind":"withdrawn"}' } },
      { hash, record: { ...record, name: '/b.com/other' } },
      { hash, record: { ...record, signature: `0x${'11'.repeat(64)}` } },
      { hash: 'x', record: 7 },
      [],
    ];
    for (const body of lies) {
      liar.says = () => ({ status: 200, body });
      const resolved = await resolveName(reader, { name });
      expect(resolved.record.version).toBe(1);
      expect(resolved.distrusted.map(({ node }) => node), JSON.stringify(body).slice(0, 60)).toEqual([liar.id]);
    }
    liar.says = () => ({ status: 500, body: {} });
    expect(await resolveName(reader, { name })).toMatchObject({ record: { version: 1 }, distrusted: [] });
  });

  it('is not enough by itself: without a majority of the holders nothing is said', async () => {
    const [name] = names as [string];
    await Promise.all(world.heavies.map((heavy) => heavy.stop()));
    liar.says = () => ({ status: 404, body: { code: 'NO_SUCH_NAME', message: 'No.' } });
    await expect(resolveName(reader, { name })).rejects.toMatchObject({ code: 'NO_HOLDER', retryable: true });
  });
});
