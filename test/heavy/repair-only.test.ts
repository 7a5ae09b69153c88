import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { networkHealth } from '../../offchain/chain/network-health.ts';
import { requireHealthy } from '../../offchain/chain/require-healthy.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { HeavyStatus, ProviderStatus, SignedOffer } from '../../offchain/wire/messages.ts';
import type { MatchReply } from '../../offchain/wire/messages.ts';
import { signOfferAsk } from '../../offchain/wire/offer-ask.ts';
import { QUOTE_NONCE } from '../../offchain/wire/typed-data.ts';
import { askMatch, matchRequest, openMatch, startNetwork, until } from './support.ts';
import type { Network } from './support.ts';
import { PACE } from '../support/pace.ts';

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let providers: RunningProvider[];
let creator: Chain;
let match: MatchReply;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: 3, epochsPerPeriod: 100, healthBps: 6_000, healthEpochs: 1, standard: { ...DEVNET.standard, faultRun: 60 } });
  heavy = await network.heavy();
  providers = [];
  for (const region of [1, 2, 3, 4, 5]) providers.push(await network.provider({ parent: heavy.id, region }));
  creator = (await network.account()).chain;
  match = await askMatch(heavy.url, await matchRequest(creator));
  await openMatch(creator, match);
});
afterAll(() => network?.stop());

describe('a network that proves too little of what it promised', () => {
  it('takes on nothing new, says so everywhere and when to ask again, and goes on repairing', async () => {
    const holders = match.offers.map(({ provider }) => providers.find(({ id }) => id === provider)!);
    const idle = providers.find(({ id }) => !holders.some((one) => one.id === id))!;
    for (const provider of holders.slice(0, 3)) await provider.stop();
    const epoch = await currentEpoch(creator);
    await until('repair-only mode', async () => ((await networkHealth(creator)).isRepairOnly && (await currentEpoch(creator)) > epoch ? true : undefined));

    const refusal = { code: 'REPAIR_ONLY', remoteStatus: 503, retryable: true, message: expect.stringContaining('The network is in repair-only mode') };
    const request = await matchRequest(creator);
    const asked = askMatch(heavy.url, request);
    await expect(asked).rejects.toMatchObject(refusal);
    expect(((await asked.catch((error: unknown) => error)) as { retryAfterSeconds: number }).retryAfterSeconds).toBeLessThanOrEqual(4);
    const offer = async (nonce: number) => {
      const terms = { ...match.terms, nonce };
      const ask = await signOfferAsk(creator.account!, creator.domain, { terms, nowSeconds: await creator.nowSeconds() });
      return requestJson(`${idle.url}/offers`, { method: 'POST', body: { terms, ask }, schema: SignedOffer });
    };
    await expect(offer(request.nonce)).rejects.toMatchObject(refusal);
    await expect(requireHealthy(creator)).rejects.toMatchObject({ code: 'REPAIR_ONLY' });
    // What a status says of the network may be a second old.
    await expect.poll(async () => (await requestJson(`${heavy.url}/status`, { schema: HeavyStatus })).mode, { timeout: 20_000 * PACE }).toBe('repair-only');
    await expect.poll(async () => (await requestJson(`${idle.url}/status`, { schema: ProviderStatus })).mode, { timeout: 20_000 * PACE }).toBe('repair-only');
    // A quote opens nothing: with it a repair finds its successor.
    expect(await offer(QUOTE_NONCE)).toMatchObject({ provider: idle.id });
  });
});
