import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { DamagedReply } from '../../offchain/wire/messages.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, sessionOf, startNetwork, storeBundle, until } from './support.ts';
import type { Network, StoredBundle } from './support.ts';

const SLOT = 1;

let network: Network;
let providers: RunningProvider[];
let holder: RunningProvider;
let creator: Chain;
let agreement: number;
let stored: StoredBundle;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 4, epochsPerPeriod: 20 });
  const heavy = await network.heavy({ audits: { bytesPerEpoch: 0, readBytesPerEpoch: 0 } });
  providers = [];
  for (const region of [1, 2, 3, 4]) providers.push(await network.provider({ parent: heavy.id, region }));
  creator = (await network.account()).chain;
  // On a busy machine one of four may not answer in time.
  const match = await until('a match', async () => askMatch(heavy.url, await matchRequest(creator, { periods: 10, batchLog2: 18 })).catch(() => undefined));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  stored = await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(100_000), nodePlatform.randomBytes(99)] });
  holder = providers.find(({ id }) => id === match.offers[SLOT]?.provider) as RunningProvider;
});

afterAll(() => network?.stop());

function damagedUrl(): string {
  return `${holder.url}/agreements/${agreement}/damaged/${SLOT}`;
}

describe('a fragment that rots at its provider', () => {
  it('is named to its creator and heavy node, and to nobody else', async () => {
    await expect(requestJson(damagedUrl(), { schema: z.unknown() })).rejects.toMatchObject({ code: 'SESSION_MISSING' });
    const stranger = await sessionOf((await network.account()).chain, agreement);
    await expect(requestJson(damagedUrl(), { headers: { authorization: stranger.header }, schema: z.unknown() })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    const { header } = await sessionOf(creator, agreement);
    expect(await requestJson(damagedUrl(), { headers: { authorization: header }, schema: DamagedReply })).toEqual({ batchIds: [] });
  });

  it('is brought again, and the slot stays where it is', async () => {
    const { store, config } = holder.provider;
    const batchId = stored.batchIds[0] as string;
    const names = (await readdir(config.home, { recursive: true })).filter((name) => name.includes(batchId.slice(2)) && !name.endsWith('.tree'));
    expect(names).toHaveLength(1);
    await writeFile(join(config.home, names[0] as string), Buffer.alloc(100, 7), { flag: 'r+' });
    await store.fragment.updateMany({ where: { agreement, slot: SLOT, batchId }, data: { bad: true } });

    await until('the fragment', async () => ((await store.fragment.count({ where: { agreement, slot: SLOT, bad: true } })) === 0 ? true : undefined));
    const line = await until('the log', () => network.lines.find(({ event }) => event === 'repair.healed'));
    expect(line).toMatchObject({ agreement, slot: SLOT, batchId, provider: holder.id });
    expect((await readAgreement(creator, agreement)).slots[SLOT]?.provider).toBe(holder.id);
    const { bytes } = await requestBytes(`${holder.url}/agreements/${agreement}/batches/${batchId}/fragments/${SLOT}?first=0&count=1`, { maxBytes: 4_096 });
    expect(Buffer.from(bytes.subarray(0, 100)).equals(Buffer.alloc(100, 7))).toBe(false);
  });
});
