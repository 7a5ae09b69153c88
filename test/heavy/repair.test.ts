import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { owedTo, owedToNode } from '../../offchain/chain/read-money.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { HeavyStatus } from '../../offchain/wire/messages.ts';
import type { MatchReply, RepairStatus } from '../../offchain/wire/messages.ts';
import { addressOf } from '../support/holdfast.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

type Heavy = Awaited<ReturnType<Network['heavy']>>;

let network: Network;
let heavy: Heavy;
let providers: RunningProvider[];
let creator: Chain;
let heavyChain: Chain;
let match: MatchReply;
let agreement: number;
let sealKey: Uint8Array;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 5, epochsPerPeriod: 20, standard: { ...DEVNET.standard, faultRun: 2 } });
  heavy = await network.heavy();
  heavyChain = await network.as(heavy.index);
  providers = [];
  for (const region of [1, 2, 3, 1, 2, 3, 4, 4]) providers.push(await network.provider({ parent: heavy.id, region }));
  creator = (await network.account()).chain;
  match = await askMatch(heavy.url, await matchRequest(creator, { periods: 10 }));
  agreement = await openMatch(creator, match);
  sealKey = nodePlatform.randomBytes(32);
  const payloads = [nodePlatform.randomBytes(65_536), nodePlatform.randomBytes(100)];
  // A stranger's guess comes first: the node must find out which key is the true one.
  await giveSealKey(creator, heavy.url, agreement, nodePlatform.randomBytes(32));
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads });
  await storeBundle(creator, { agreement, bundle: 1, match, sealKey, payloads: [nodePlatform.randomBytes(5_000)] });
});

afterAll(() => network?.stop());

function byId(id: number | undefined): RunningProvider {
  const found = providers.find((provider) => provider.id === id);
  if (found === undefined) throw new Error(`no provider ${id}`);
  return found;
}

async function statusOf(node: Heavy): Promise<RepairStatus[]> {
  return (await requestJson(`${node.url}/status`, { schema: HeavyStatus })).repairs;
}

function isEnded({ state }: RepairStatus): boolean {
  return state === 'replaced';
}

describe('a provider that goes away', () => {
  it('is replaced by one that holds the same fragments and proves them', async () => {
    const lost = byId(match.offers[1]?.provider);
    await until('the first proofs', async () => {
      const epoch = await currentEpoch(creator);
      return (await hasProved(creator, lost.id, epoch)) ? true : undefined;
    });
    await lost.stop();

    const slot = await until('the replacement', async () => {
      const state = (await readAgreement(creator, agreement)).slots[1];
      return state !== undefined && state.provider !== lost.id ? state : undefined;
    });
    const successor = byId(slot.provider);
    expect(match.offers.map(({ provider }) => provider)).not.toContain(successor.id);

    const epoch = slot.startEpoch;
    await until("the successor's proof", async () => ((await hasProved(creator, successor.id, epoch)) || (await hasProved(creator, successor.id, epoch + 1)) ? true : undefined));
    expect(await owedTo(creator, addressOf(heavyChain))).toBeGreaterThan(0n);
    expect(await owedTo(creator, addressOf(creator))).toBeGreaterThan(0n);
    const line = await until('the log', () => network.lines.find((one) => one.event === 'repair.replaced'));
    expect(line).toMatchObject({ agreement, slot: 1, from: lost.id, successor: successor.id, bundles: 2 });
    expect(network.lines.some((one) => one.event === 'proofs.missed')).toBe(true);
  });

  it('is noticed and repaired by a heavy node that was restarted in between', async () => {
    const lost = byId((await readAgreement(creator, agreement)).slots[0]?.provider);
    await lost.stop();
    await heavy.stop();
    heavy = await network.heavy({}, heavy.index, heavy.home);
    const slot = await until('the replacement', async () => {
      const state = (await readAgreement(creator, agreement)).slots[0];
      return state !== undefined && state.provider !== lost.id ? state : undefined;
    });
    expect(slot.faulted).toBe(false);
  });

  it('is replaced once when two heavy nodes with one key work on it', async () => {
    const twin = await network.heavy({}, heavy.index, `${heavy.home}-twin`);
    await giveSealKey(creator, twin.url, agreement, sealKey);
    const turns = (await readAgreement(creator, agreement)).turns;
    const lost = byId((await readAgreement(creator, agreement)).slots[2]?.provider);
    await lost.stop();
    await until('the replacement', async () => {
      const provider = (await readAgreement(creator, agreement)).slots[2]?.provider;
      return provider !== lost.id ? provider : undefined;
    });
    await until('both to see it', async () => ((await statusOf(heavy)).every(isEnded) && (await statusOf(twin)).every(isEnded) ? true : undefined));
    expect((await readAgreement(creator, agreement)).turns).toBe(turns + 1);
    expect(network.lines.filter((line) => line.event === 'repair.replaced' && line['slot'] === 2)).toHaveLength(1);
    await twin.stop();
  });

  it('leaves the log without any seal key', () => {
    expect(network.lines.some((line) => JSON.stringify(line).includes('sealKey'))).toBe(false);
  });
});

describe('the money of a heavy node', () => {
  it('is settled from the rails with its footprint and paid out', async () => {
    const { rails, fee } = await heavy.settleFees();
    expect(rails).toBeGreaterThanOrEqual(2);
    expect(fee).toBeGreaterThan(0n);
    const before = await owedTo(creator, addressOf(heavyChain));
    const { fees, rewards } = await heavy.withdrawAll();
    expect(fees).toBeGreaterThanOrEqual(fee);
    expect(rewards).toBeGreaterThanOrEqual(before);
    expect(await owedToNode(creator, heavy.id)).toBe(0n);
  });
});
