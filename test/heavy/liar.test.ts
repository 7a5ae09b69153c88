import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { owedTo } from '../../offchain/chain/read-money.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { transferMs } from '../../offchain/heavy/repair/deadline.ts';
import { fetchRange } from '../../offchain/heavy/repair/sources.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { startServer } from '../../offchain/wire/http-server.ts';
import type { MatchReply } from '../../offchain/wire/messages.ts';
import { TransportError } from '../../offchain/wire/transport-errors.ts';
import { addressOf } from '../support/holdfast.ts';
import { startLiar } from './liar.ts';
import type { Liar } from './liar.ts';
import { PRICE, askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let liar: Liar;
let liarId: number;
/** Tells the same false batch ids as the liar, and else the truth. */
let ally: Liar;
/** The best spare by price: it offers, and breaks off when fragments come. */
let coward: Liar;
let cowardId: number;
let honest: RunningProvider[];
let creator: Chain;
let agreement: number;
let match: MatchReply;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 5, epochsPerPeriod: 20, standard: { ...DEVNET.standard, faultRun: 2 } });
  heavy = await network.heavy();
  liar = await startLiar();
  const lying = await network.provider({ parent: heavy.id, region: 1, price: PRICE / 2n, endpoint: liar.url });
  liar.target = lying.url;
  liarId = lying.id;
  ally = await startLiar();
  ally.target = (await network.provider({ parent: heavy.id, region: 4, price: PRICE / 2n, endpoint: ally.url })).url;
  honest = [];
  for (const region of [2, 3]) honest.push(await network.provider({ parent: heavy.id, region }));
  creator = (await network.account()).chain;
  match = await askMatch(heavy.url, await matchRequest(creator, { periods: 10 }));
  coward = await startLiar();
  const shy = await network.provider({ parent: heavy.id, region: 5, price: PRICE / 2n, endpoint: coward.url });
  coward.target = shy.url;
  cowardId = shy.id;
  honest.push(await network.provider({ parent: heavy.id, region: 6 }));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(65_536), nodePlatform.randomBytes(60_000)] });
});

afterAll(async () => {
  await network?.stop();
  await liar?.close();
  await ally?.close();
  await coward?.close();
});

describe('a repair among liars', () => {
  it('finds the true batch ids and bytes, and passes over a successor that does not take them', async () => {
    expect(match.offers[0]?.provider).toBe(liarId);
    liar.lies = true;
    ally.lies = 'ids';
    const lost = honest.find(({ id }) => id === match.offers[3]?.provider) as RunningProvider;
    await lost.stop();
    await until('the offer that is not kept', async () => {
      const isAsked = network.lines.some((line) => line.event === 'offer.signed' && line['nonce'] === 0xffff_ffff);
      if (isAsked) coward.target = 'http://127.0.0.1:1';
      return isAsked ? true : undefined;
    });
    const successor = await until('the replacement', async () => {
      const provider = (await readAgreement(creator, agreement)).slots[3]?.provider;
      return provider !== lost.id ? provider : undefined;
    });
    expect(successor).toBe(honest[2]?.id);
    expect(ally.told).not.toEqual([]);
    expect(network.lines.filter((line) => line.event === 'repair.batch-lost')).toEqual([]);
    expect(liar.told.some((path) => path.includes('/bundles/'))).toBe(true);
    expect(liar.told.some((path) => path.includes('/fragments/'))).toBe(true);
    expect(network.lines.some((line) => line.event === 'repair.source-failed' && line['provider'] === liarId)).toBe(true);
    expect(network.lines.find((line) => line.event === 'repair.successor-failed')).toMatchObject({ successor: cowardId });
    expect(await owedTo(creator, addressOf(await network.as(heavy.index)))).toBeGreaterThan(0n);
  });

  it('gives a source that lets bytes drip its time, and no more', async () => {
    const dripping = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': '16384' });
      const drip = setInterval(() => void response.write('x'), 20);
      response.once('close', () => clearInterval(drip));
    });
    const reader = { account: devAccount(heavy.index, DEV_CHAIN_ID), chain: creator, signal: AbortSignal.timeout(5_000) };
    const range = { agreement, batchId: `0x${'ab'.repeat(32)}`, root: new Uint8Array(32), leaves: 64, first: 0, count: 64, timeoutMs: 300 } as const;
    await expect(fetchRange(reader, { slot: 0, provider: 1, endpoint: dripping.url }, range)).rejects.toBeInstanceOf(TransportError);
    await dripping.close();
    expect([transferMs(256), transferMs(2 ** 20), transferMs(2 ** 30)]).toEqual([10_008, 42_000, 600_000]);
  });
});
