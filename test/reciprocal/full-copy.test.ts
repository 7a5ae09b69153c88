/** Full copies are scheme 1+m: three providers hold everything, each sealed differently, and any one of them gives it back. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import { rentRequest } from '../../offchain/cli/rent-request.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import type { Rented } from '../../offchain/client/rent.ts';
import { snapshot, writeSampleTree } from '../client/tree.ts';
import { PRICE, type World, rentedClient, startWorld } from '../client/world.ts';
import { until } from '../heavy/support.ts';

/** Where nobody listens. */
const NOWHERE = 1;
const ACCOUNT = 13;
let tree: string;
let world: World;
let rented: Rented;
let client: Client;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  const { scheme, batchLog2, quota } = rentRequest({ copies: '3', space: '4MiB', batch: '128KiB', periods: '2' });
  ({ client, rented } = await rentedClient(world, { account: ACCOUNT, scheme, batchLog2, quota, priceLimit: PRICE }));
  tree = await writeSampleTree(join(world.folder, 'tree'));
  expect(await put(client, { paths: [tree], name: 'tree' })).toMatchObject({ receipts: [0, 1, 2], lost: [] });
});
afterAll(() => world?.stop());

const holders = (): number[] => rented.providers.map(({ provider }) => provider);
const leafHashes = async (id: number): Promise<string[]> => {
  const folder = join(world.providers.find((one) => one.id === id)!.provider.config.home, 'fragments', String(rented.agreement));
  const files = (await readdir(folder)).filter((name) => !name.endsWith('.tree'));
  const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, name)))));
  return Array.from({ length: bytes.length / 256 }, (_, i) => createHash('sha256').update(bytes.subarray(i * 256, (i + 1) * 256)).digest('base64'));
};
/** A new machine with the wallet, while only these are there. */
const readFrom = async (alive: readonly number[]): Promise<Record<string, string>> => {
  for (const { id } of world.providers) world.redirect(id, alive.includes(id) ? undefined : NOWHERE);
  const into = join(world.folder, `from-${alive.join('-')}`);
  const reader = await world.client({ account: ACCOUNT, policy: { retryPauseMs: 20 } });
  expect((await get(reader, { name: 'tree', into })).failed).toEqual([]);
  for (const { id } of world.providers) world.redirect(id);
  return snapshot(into);
};

describe('three full copies', () => {
  it('is what --copies 3 asks for', () => {
    expect(rentRequest({ copies: '3', space: '1GiB', periods: '4' }).scheme).toEqual({ k: 1, m: 2 });
    expect(() => rentRequest({ copies: '3', scheme: '1+2', space: '1GiB', periods: '4' })).toThrow('--scheme and --copies exclude each other');
    expect(() => rentRequest({ copies: '1', space: '1GiB', periods: '4' })).toThrow('is not a number of copies from 2 to 64');
  });

  it('are as large as the data each, and share not one leaf: two providers cannot keep one copy', async () => {
    const leaves = await Promise.all(holders().map(leafHashes));
    const { batches } = await readAgreement(client.chain, rented.agreement);
    for (const one of leaves) expect(one).toHaveLength((batches * 2 ** 17) / 256);
    expect(new Set(leaves.flat()).size).toBe(leaves.flat().length);
  });

  it.each([0, 1, 2])('can be read from slot %i alone', async (slot) => {
    expect(await readFrom([holders()[slot]!])).toEqual(await snapshot(tree));
  });

  it('one that is lost is made again from another, for a newcomer, and is enough alone', async () => {
    const [, lost] = holders();
    const index = world.providers.findIndex(({ id }) => id === lost);
    await surrender(await world.holdfast.as(3 + index), { agreement: rented.agreement, slot: 1 });
    const successor = await until('a successor', async () => {
      const provider = (await readAgreement(client.chain, rented.agreement)).slots[1]!.provider;
      return provider === 0 || provider === lost ? undefined : provider;
    });
    expect(holders()).not.toContain(successor);
    expect(await readFrom([successor])).toEqual(await snapshot(tree));
  });
});
