import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { channelsOf } from '../../offchain/chain/channels-of.ts';
import { startClosingChannel } from '../../offchain/chain/close-channel.ts';
import { sponsorPool } from '../../offchain/chain/sponsor-pool.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import { ReadPayer } from '../../offchain/reads/pay/payer.ts';
import { DEFAULT_READ_POLICY } from '../../offchain/reads/pay/policy.ts';
import { Redeemer } from '../../offchain/reads/take/redeemer.ts';
import { requestBytes } from '../../offchain/wire/http-client.ts';
import { READ_PIECE_BYTES, VOUCHER_HEADER, contentHash, parseVoucher, readCost } from '../../offchain/wire/paid-reads.ts';
import { noise, writeTree } from '../client/tree.ts';
import { type World, rentedClient, startWorld } from '../client/world.ts';
import { addressOf } from '../support/holdfast.ts';
import { type SharedReader, readerOf } from './reader.ts';
import { payerOf } from './support.ts';

const PRICE = 10n ** 15n;
const DEAR = 3;
const SIZE = 200_000;
let world: World;
let creator: Client;
let agreement: number;
let bundle: number;
let expected: Uint8Array;
const readers: SharedReader[] = [];

beforeAll(async () => {
  // The fourth provider asks twice as much. The creator's free quota is used up by a few reads.
  world = await startWorld({ providers: 4, reads: (index) => ({ pricePerGib: index === DEAR ? 2n * PRICE : PRICE, freeBytesPerDay: 300_000n }) });
  const rented = await rentedClient(world, { account: 12, batchLog2: 18, quota: 40, policy: { reads: { ...DEFAULT_READ_POLICY, maxPricePerGib: 2n * PRICE } } });
  creator = rented.client;
  ({ agreement } = rented.rented);
  await writeTree(join(world.folder, 'tree'), { 'a.bin': noise('a', 900_000) });
  bundle = (await put(creator, { paths: [join(world.folder, 'tree')], name: 'tree' })).bundle!;
  expected = await creator.reader.read({ agreement, bundle, batch: 0, offset: 0, sizeBytes: SIZE });
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
});
afterAll(() => world?.stop());

const tillOf = (index: number) => world.providers[index]!.provider.till;
const dear = () => world.providers[DEAR]!.id;
const reader = (chain: Chain, change: Parameters<typeof readerOf>[2]) => {
  const one = readerOf(chain, creator, change);
  readers.push(one);
  return one;
};
const mine = async (chain: Chain) => channelsOf(chain, { payer: addressOf(chain) });

describe('a reader of shared content', () => {
  it('pays nothing unless his policy says so, and is told why', async () => {
    const chain = await payerOf(world.holdfast, 13);
    await expect(reader(chain, {}).start(agreement, bundle, SIZE)).rejects.toMatchObject({ code: 'UNRECOVERABLE', message: expect.stringContaining('this reader pays nothing') });
    expect(await mine(chain)).toEqual([]);
  });

  it('answers every 402 by himself, and passes over whoever asks for more than his cap', async () => {
    const chain = await payerOf(world.holdfast, 13);
    const one = reader(chain, { maxPricePerGib: PRICE });
    expect(await one.start(agreement, bundle, SIZE)).toEqual(expected);
    const channels = await mine(chain);
    expect(channels.length).toBeGreaterThanOrEqual(2);
    expect(channels.map(({ payee }) => payee)).not.toContain(dear());
    for (const { heavy, deposit } of channels) {
      expect(heavy).toBeGreaterThan(0);
      expect(deposit).toBe(PRICE);
    }
    // Everything that was served was paid before, to the unit.
    for (const { channel, payee } of channels) {
      const account = tillOf(world.providers.findIndex(({ id }) => id === payee)).accounts.get(`channel/${channel}`)!;
      expect(account.used).toBeGreaterThan(0n);
      expect(account.paid).toBeGreaterThanOrEqual(account.used);
    }
  });

  it('goes on with the same channels on another day, and after he closed them opens new ones', async () => {
    const chain = await world.holdfast.as(13);
    for (let day = 0; day < 3; day++) expect(await reader(chain, { maxPricePerGib: PRICE }).start(agreement, bundle, SIZE)).toEqual(expected);
    const before = await mine(chain);
    // Never two channels to one provider.
    expect(new Set(before.map(({ payee }) => payee)).size).toBe(before.length);
    for (const { channel } of before) await startClosingChannel(chain, { channel });
    for (const index of [0, 1, 2]) {
      const { log } = world.providers[index]!.provider;
      await new Redeemer({ chain: world.providers[index]!.provider.chain, till: tillOf(index), log }).watch();
    }
    expect((await mine(chain)).some(({ redeemed }) => redeemed > 0n)).toBe(true);
    expect(await reader(chain, { maxPricePerGib: PRICE }).start(agreement, bundle, SIZE)).toEqual(expected);
    expect((await mine(chain)).length).toBeGreaterThan(before.length);
  });

  it('keeps to his budget, and opens nothing where that is forbidden', async () => {
    const chain = await payerOf(world.holdfast, 14);
    await expect(reader(chain, { maxPricePerGib: PRICE, opensChannels: false }).start(agreement, bundle, SIZE)).rejects.toMatchObject({ message: expect.stringContaining('none may be opened') });
    await expect(reader(chain, { maxPricePerGib: PRICE, maxDeposits: PRICE }).start(agreement, bundle, SIZE)).rejects.toMatchObject({ code: 'UNRECOVERABLE', message: expect.stringContaining('above their limit') });
    expect(await mine(chain)).toHaveLength(1);
  });

  it("may pay with a sponsor's pool that he signs for", async () => {
    const chain = await payerOf(world.holdfast, 15);
    const { pool } = await sponsorPool(chain, { content: contentHash('bafkreishared'), heavy: 1, maxPerMib: PRICE / 1024n + 1n, amount: PRICE });
    expect(await reader(chain, { maxPricePerGib: PRICE, pool }).start(agreement, bundle, SIZE)).toEqual(expected);
    expect(await mine(chain)).toEqual([]);
    const paid = [0, 1, 2].map((index) => tillOf(index).accounts.get(`pool/${pool}`)?.unredeemed ?? 0n);
    expect(paid.filter((units) => units > 0n).length).toBeGreaterThanOrEqual(2);
    const index = paid.findIndex((units) => units > 0n);
    const { log, chain: own } = world.providers[index]!.provider;
    expect(await new Redeemer({ chain: own, till: tillOf(index), log }).redeem()).toBeGreaterThanOrEqual(paid[index]!);
    await expect(reader(await payerOf(world.holdfast, 16), { maxPricePerGib: PRICE, pool }).start(agreement, bundle, SIZE)).rejects.toMatchObject({ message: expect.stringContaining('signs for pool') });
  });
});

describe('a creator', () => {
  it('reads for nothing up to the quota of the day, and pays from then on', async () => {
    const into = join(world.folder, 'restored');
    for (const round of [1, 2, 3]) await get(creator, { name: 'tree', into: `${into}-${round}` });
    const fresh = await world.client({ account: 12, policy: { reads: { ...DEFAULT_READ_POLICY, maxPricePerGib: 2n * PRICE } } });
    await get(fresh, { name: 'tree', into: `${into}-4` });
    expect((await mine(creator.chain)).length).toBeGreaterThan(0);
  });
});

describe('a server that takes payment and serves nothing', () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('gets one piece, and no more', async () => {
    const chain = await payerOf(world.holdfast, 17);
    const payee = world.providers[0]!.id;
    let highest = 0n;
    // Whatever it is paid, it says that all of it is used up.
    server = createServer((request, response) => {
      const voucher = parseVoucher(request.headers[VOUCHER_HEADER]);
      if (voucher !== undefined && voucher.total > highest) highest = voucher.total;
      const account = voucher === undefined ? undefined : { paid: voucher.total, used: voucher.total, deposit: 10n ** 18n, voucher };
      const quote = { payee, pricePerGib: PRICE, cost: 1n, freeBytesLeft: 0, channels: world.holdfast.deployment.channels, heavy: 1, closingSeconds: 60, account };
      const text = JSON.stringify({ code: 'VOUCHER_SHORT', message: 'More.', retryable: false, details: quote }, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      response.writeHead(402, { 'content-type': 'application/json' }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const payer = new ReadPayer({ chain, signer: chain.account!, policy: { ...DEFAULT_READ_POLICY, maxPricePerGib: PRICE }, identify: async () => undefined });
    const ask = () => payer.read({ node: payee, agreement, sizeBytes: 1 << 20 }, (headers) => requestBytes(url, { maxBytes: 1 << 20, headers }));
    const codes = new Set<string>();
    for (let i = 0; i < 5; i++) codes.add(await ask().then(() => 'served', (error: { code: string }) => error.code));
    expect(codes).toContain('READ_UNSERVED');
    expect(highest).toBe(readCost({ sizeBytes: READ_PIECE_BYTES, pricePerGib: PRICE }));
  });
});
