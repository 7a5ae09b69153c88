/** A provider that takes slots and never acknowledges a bundle: what it earns with that, and for how long anybody chooses it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEther } from 'viem';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { owedToNode } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { startFront } from './audit/front.ts';
import type { Front } from './audit/front.ts';
import { PRICE, askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

const ACK_EPOCHS = 6;
const QUOTA = 4;
/** As many refusals as it takes until nobody chooses a newcomer any more. */
const SLOTS = 4;
const FEE_BPS = 150n;
const STAKE = parseEther('1');
let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let front: Front;
let freeloader: number;
let creator: Chain;
let firstEpoch: number;
let lastEpoch: number;
const agreements: { id: number; slot: number }[] = [];

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 4, epochsPerPeriod: 100, standard: { ...DEVNET.standard, faultRun: 40 }, ackEpochs: ACK_EPOCHS });
  heavy = await network.heavy({ audits: { bytesPerEpoch: 0, readBytesPerEpoch: 0 }, loops: { watchMs: 200, repairMs: 300, namesMs: 200, probeMs: 500, directoryMs: 100, renewMs: 300 } });
  for (const region of [1, 2, 3, 4, 5]) await network.provider({ parent: heavy.id, region });
  front = await startFront();
  front.refusesWrites = true;
  // The cheapest, so that it is chosen as long as it may be.
  const provider = await network.provider({ parent: heavy.id, region: 6, endpoint: front.url, price: (PRICE * 9n) / 10n, stake: STAKE });
  front.target = provider.url;
  freeloader = provider.id;
  creator = (await network.account()).chain;
  firstEpoch = await currentEpoch(creator);
  for (let i = 0; i < SLOTS; i++) {
    const request = await matchRequest(creator, { quota: QUOTA });
    const match = await until('a match with it', async () => {
      const found = await askMatch(heavy.url, request).catch(() => undefined);
      return found?.offers.some(({ provider: id }) => id === freeloader) === true ? found : undefined;
    });
    const slot = match.offers.findIndex(({ provider: id }) => id === freeloader);
    const id = await openMatch(creator, match);
    const sealKey = nodePlatform.randomBytes(32);
    await giveSealKey(creator, heavy.url, id, sealKey);
    await storeBundle(creator, { agreement: id, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(500)], without: slot });
    agreements.push({ id, slot });
  }
}, 90_000);
afterAll(async () => {

  await network?.stop();
  await front?.close();
});

const lines = (event: string) => network.lines.filter((line) => line.event === event);

describe('a provider that takes slots and no bundles', () => {
  it('is brought each bundle by the heavy node, and its refusals keep it from further slots before it may even be dismissed', async () => {
    await until('the refusals', () => (lines('bundle.refused').length >= SLOTS ? true : undefined));
    expect(lines('bundle.refused').every((line) => line['provider'] === freeloader)).toBe(true);
    expect(lines('slot.dismissed')).toEqual([]);
    const request = await matchRequest(creator, { quota: QUOTA });
    const match = await until('a match without it', async () => {
      const found = await askMatch(heavy.url, request);
      return found.offers.some(({ provider }) => provider === freeloader) ? undefined : found;
    });
    expect(match.refused.find(({ provider }) => provider === freeloader)).toMatchObject({ code: 'low-reputation' });
    expect(lines('slot.dismissed')).toEqual([]);
  });

  it('is dismissed as soon as it may be, and loses its slots to somebody who takes the bundles', async () => {
    for (const { id, slot } of agreements) {
      await until('a successor', async () => {
        const { provider } = (await readAgreement(creator, id)).slots[slot]!;
        return provider !== freeloader && provider !== 0 ? true : undefined;
      }, 110_000);
      await until('its receipt', async () => ((await readBundle(creator, id, 0)).acknowledged === 0b1111n ? true : undefined));
    }
    lastEpoch = await currentEpoch(creator);
    expect(lines('slot.not-dismissed')).toEqual([]);
    expect(lines('slot.dismissed').map((line) => line['provider'])).toEqual(agreements.map(() => freeloader));
  });

  it('has earned the rent of the epochs until then and no more, and lost no stake', async () => {
    await heavy.settleFees();
    const rent = ((PRICE * 9n) / 10n) * BigInt(QUOTA);
    const earned = await owedToNode(creator, freeloader);
    // Until it may be dismissed, and until its draw is not open: on a machine this busy that may take some of these short epochs.
    const most = BigInt(SLOTS) * rent * BigInt(lastEpoch - firstEpoch + 1);
    expect(earned).toBeGreaterThanOrEqual(BigInt(SLOTS) * rent);
    expect(earned).toBeLessThanOrEqual((most * (10_000n - FEE_BPS)) / 10_000n);
    await network.advance(12);
    await heavy.settleFees();
    expect(await owedToNode(creator, freeloader)).toBe(earned);
    expect((await readNode(creator, freeloader)).stake).toBe(STAKE);
  });
});
