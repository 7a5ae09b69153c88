import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

type Heavy = Awaited<ReturnType<Network['heavy']>>;

let network: Network;
let owner: Heavy;
let others: Heavy[];
let providers: RunningProvider[];
let creator: Chain;
let agreement: number;

const QUIET = { bytesPerEpoch: 0, readBytesPerEpoch: 0 };

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 5, epochsPerPeriod: 30, standard: { ...DEVNET.standard, faultRun: 2 } });
  owner = await network.heavy({ audits: QUIET });
  others = [];
  for (let i = 0; i < 5; i++) others.push(await network.heavy({ audits: QUIET, guardEpochs: 1, p2p: { enabled: false } }));
  providers = [];
  for (const region of [1, 2, 3, 4, 5, 6]) providers.push(await network.provider({ parent: others[region % 3]?.id ?? 0, region }));
  creator = (await network.account()).chain;
  const match = await askMatch(owner.url, await matchRequest(creator, { periods: 10 }));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, owner.url, agreement, sealKey);
  const taken = await Promise.allSettled(others.map(({ url }) => giveSealKey(creator, url, agreement, sealKey)));
  // Two are guardians, and a third one is let in for the sake of registries that differ by one node.
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const outcome of taken) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'NOT_MY_AGREEMENT' });
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(60_000)] });
});

afterAll(() => network?.stop());

describe('an agreement whose heavy node is gone for good', () => {
  it('is repaired by a guardian, which takes the bounty', async () => {
    await until('the first proofs', async () => {
      const { slots } = await readAgreement(creator, agreement);
      const epoch = await currentEpoch(creator);
      return (await Promise.all(slots.map(({ provider }) => hasProved(creator, provider, epoch)))).every(Boolean) ? true : undefined;
    });
    await owner.stop();
    const before = await readAgreement(creator, agreement);
    await providers.find(({ id }) => id === before.slots[1]?.provider)?.stop();

    const after = await until('the replacement', async () => {
      const now = await readAgreement(creator, agreement);
      return now.slots[1]?.provider !== before.slots[1]?.provider ? now : undefined;
    }, 100_000);
    const heir = after.slots[1]?.provider ?? 0;
    const line = await until('the log', () => network.lines.find(({ event }) => event === 'repair.replaced'));
    expect(line).toMatchObject({ agreement, slot: 1, successor: heir });
    expect(others.map(({ id }) => `heavy-${id}`)).toContain(line.name);
    expect(BigInt(String(line['bounty']))).toBeGreaterThan(0n);
    await until("the heir's proof", async () => ((await hasProved(creator, heir, await currentEpoch(creator))) ? true : undefined));
  });
});
