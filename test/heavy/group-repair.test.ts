import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

const K = 4;
const M = 4;
const BATCHES = 3;

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let providers: RunningProvider[];
let creator: Chain;
let agreement: number;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 5, epochsPerPeriod: 20, standard: { ...DEVNET.standard, faultRun: 2 } });
  heavy = await network.heavy({ audits: { bytesPerEpoch: 0, readBytesPerEpoch: 0 } });
  providers = [];
  for (let i = 0; i < 14; i++) providers.push(await network.provider({ parent: heavy.id, region: i + 1 }));
  creator = (await network.account()).chain;
  const match = await askMatch(heavy.url, await matchRequest(creator, { k: K, m: M, periods: 10, batchLog2: 18 }));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  const payloads = Array.from({ length: BATCHES }, () => nodePlatform.randomBytes(200_000));
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads });
});

afterAll(() => network?.stop());

function held(): Map<number, RunningProvider> {
  return new Map(providers.map((provider) => [provider.id, provider]));
}

describe('four of eight providers that die at once', () => {
  it('are replaced together, from one read of what is left', async () => {
    await until('the first proofs', async () => {
      const { slots } = await readAgreement(creator, agreement);
      const epoch = await currentEpoch(creator);
      return (await Promise.all(slots.map(({ provider }) => hasProved(creator, provider, epoch)))).every(Boolean) ? true : undefined;
    });
    const before = await readAgreement(creator, agreement);
    const dead = [0, 2, 5, 7];
    // At once: whoever proves one epoch more is faulted an epoch later, and repaired by itself.
    await Promise.all(dead.map((slot) => held().get(before.slots[slot]?.provider ?? 0)?.stop()));
    const alive = before.slots.filter(({ slot }) => !dead.includes(slot)).flatMap(({ provider }) => held().get(provider) ?? []);
    const readBefore = alive.reduce((sum, { provider }) => sum + provider.traffic.readBytes, 0);

    const after = await until('all replacements', async () => {
      const now = await readAgreement(creator, agreement);
      return dead.every((slot) => now.slots[slot]?.provider !== before.slots[slot]?.provider && now.slots[slot]?.provider !== 0) ? now : undefined;
    }, 110_000);
    expect(new Set(after.slots.map(({ provider }) => provider)).size).toBe(K + M);
    for (const { slot, provider } of after.slots) if (!dead.includes(slot)) expect(provider).toBe(before.slots[slot]?.provider);

    // One fragment of each of k providers for each batch, and little more: not k for each lost slot.
    const readBytes = alive.reduce((sum, { provider }) => sum + provider.traffic.readBytes, 0) - readBefore;
    const { fragmentSize } = geometry(after);
    expect(readBytes).toBeGreaterThanOrEqual(BATCHES * K * fragmentSize);
    expect(readBytes).toBeLessThan(1.25 * BATCHES * K * fragmentSize);

    for (const slot of dead) {
      const heir = held().get(after.slots[slot]?.provider ?? 0)?.provider;
      expect(await heir?.store.fragment.count({ where: { agreement, slot, bad: false } })).toBe(BATCHES);
    }
    await until("the heirs' proofs", async () => {
      const epoch = await currentEpoch(creator);
      return (await Promise.all(dead.map((slot) => hasProved(creator, after.slots[slot]?.provider ?? 0, epoch)))).every(Boolean) ? true : undefined;
    });
  });
});
