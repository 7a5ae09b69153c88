import { parseEther } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import { holdfastDomain, QUOTE_NONCE, recoverTyped } from '../../offchain/wire/typed-data.ts';
import { startProvider } from '../../offchain/provider/service.ts';
import { postTariff } from '../../offchain/provider/post-tariff.ts';
import { syncChain } from '../../offchain/provider/sync-chain.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { ProviderStatus, SignedOffer } from '../../offchain/wire/messages.ts';
import type { TermsMessage } from '../../offchain/wire/messages.ts';
import { signOfferAsk } from '../../offchain/wire/offer-ask.ts';
import { TariffReply, signTariff } from '../../offchain/wire/tariff.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { setPayout } from '../../offchain/chain/change-node.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askOffer, creatorOf, openTestAgreement, registerHeavy, startTestProvider, stopTestProvider, termsOf } from './network.ts';
import type { TestProvider } from './network.ts';

const MIB = 1 << 20;
let holdfast: TestHoldfast;
let creator: Chain;
let heavy: Chain;
let providers: TestProvider[];

beforeAll(async () => {
  holdfast = await startHoldfast();
  heavy = await registerHeavy(holdfast);
  const price = { perGibEpoch: parseEther('1') / 100n };
  providers = [
    await startTestProvider(holdfast, 0, { capacityBytes: 4n * BigInt(MIB), price, stake: parseEther('1') }),
    await startTestProvider(holdfast, 1, { capacityBytes: '4194304' }),
  ];
  creator = await creatorOf(holdfast);
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});
beforeEach(async () => {
  await providers[0]!.provider.store.offer.deleteMany();
});

const statusOf = (provider: TestProvider) => requestJson(`${provider.url}/status`, { schema: ProviderStatus });
const free = async (provider = providers[0]!) => (await statusOf(provider)).freeBytes;

describe('postOffer', () => {
  it('signs the price list and reserves the space once per nonce', async () => {
    const terms = await termsOf(creator, { batchLog2: 20, k: 3, m: 2, quota: 3 });
    const offer = await askOffer(creator, providers[0]!.url, terms);
    // Rounded up: 10^16 * 349,440 / 2^30 = 3,254,413,604,736.3
    expect(offer.price).toBe(3_254_413_604_737n);
    const { signature, ...rest } = offer;
    const signer = await recoverTyped(holdfastDomain(holdfast.deployment), 'Offer', { terms, ...rest }, signature);
    expect(signer).toBe(providers[0]!.provider.account.address);
    expect(await free()).toBe(4 * MIB - 3 * 349_440);
    await askOffer(creator, providers[0]!.url, terms);
    expect(await free()).toBe(4 * MIB - 3 * 349_440);
  });

  it('promises no byte twice, also to many at once', async () => {
    const terms = await termsOf(creator, { batchLog2: 20, k: 1, m: 1, quota: 1 });
    const asked = Array.from({ length: 9 }, (_, i) => askOffer(creator, providers[0]!.url, { ...terms, nonce: terms.nonce + i }));
    const results = await Promise.allSettled(asked);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(4);
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'NO_SPACE', remoteStatus: 507 } });
    expect(await free()).toBe(0);
  });

  it('frees what expired offers held', async () => {
    const terms = await termsOf(creator, { batchLog2: 20, quota: 4 });
    await askOffer(creator, providers[0]!.url, terms);
    await providers[0]!.provider.store.offer.updateMany({ data: { expiry: 1 } });
    expect(await free()).toBe(4 * MIB);
  });

  it('refuses terms that the contract would refuse, or that the stake does not cover', async () => {
    const { url } = providers[0]!;
    const terms = await termsOf(creator);
    await expect(askOffer(creator, url, { ...terms, endPeriod: 0 })).rejects.toMatchObject({ code: 'TERMS_REFUSED', remoteStatus: 409 });
    await expect(askOffer(creator, url, { ...terms, endPeriod: 9_999 })).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
    await expect(askOffer(creator, url, { ...terms, k: 40, m: 40 })).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
    await expect(askOffer(creator, url, { ...terms, batchLog2: 28, quota: 400 })).rejects.toMatchObject({ code: 'STAKE_SHORT' });
    await expect(askOffer(creator, url, { ...terms, batchLog2: 28, quota: 4e9 })).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
    await expect(askOffer(creator, url, { ...terms, k: 0 })).rejects.toMatchObject({ code: 'BAD_REQUEST', remoteStatus: 400 });
  });

  it('turns into a held slot when the agreement opens, and its reservation with it', async () => {
    const agreement = await openTestAgreement(creator, providers, { batchLog2: 20, quota: 1 });
    for (const provider of providers) {
      await syncChain(provider.provider);
      expect(await provider.provider.store.offer.count()).toBe(0);
      expect(await provider.provider.store.heldSlot.findMany()).toMatchObject([{ agreement: agreement.id, state: 'held', quota: 1, parent: 1 }]);
      expect(await free(provider)).toBe(3 * MIB);
    }
  });
});

describe('who may ask', () => {
  const ask = (terms: TermsMessage, more: object) => requestJson(`${providers[0]!.url}/offers`, { method: 'POST', body: { terms, ...more }, schema: SignedOffer });
  const unfunded = async (nonce: number, quota: number) => termsOf(creator, { creator: addressOf(await holdfast.as(15)), nonce, batchLog2: 20, k: 1, m: 1, quota });
  const empty = async () => void (await providers[0]!.provider.store.offer.deleteMany());

  it('is who signed: creators for themselves, heavy nodes for everybody', async () => {
    const terms = await termsOf(creator);
    const nowSeconds = await creator.nowSeconds();
    const good = await signOfferAsk(creator.account!, creator.domain, { terms, nowSeconds });
    await expect(ask(terms, {})).rejects.toMatchObject({ code: 'ASK_UNSIGNED', remoteStatus: 401 });
    await expect(ask({ ...terms, quota: 3 }, { ask: good })).rejects.toMatchObject({ code: 'BAD_ASK_SIGNATURE', remoteStatus: 401 });
    await expect(ask(terms, { ask: { ...good, asker: addressOf(heavy) } })).rejects.toMatchObject({ code: 'BAD_ASK_SIGNATURE' });
    await expect(ask(terms, { ask: { ...good, signature: `0x${'11'.repeat(64)}` } })).rejects.toMatchObject({ code: 'BAD_ASK_SIGNATURE' });
    await expect(ask(terms, { ask: { ...good, signature: '0x12' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(ask(terms, { ask: { ...good, expiry: good.expiry + 1 } })).rejects.toMatchObject({ code: 'BAD_ASK_SIGNATURE' });
    await expect(ask(terms, { ask: await signOfferAsk(creator.account!, creator.domain, { terms, nowSeconds: nowSeconds - 301 }) })).rejects.toMatchObject({ code: 'ASK_EXPIRED' });
    await expect(ask(terms, { ask: await signOfferAsk(creator.account!, creator.domain, { terms, nowSeconds: nowSeconds + 3_600 }) })).rejects.toMatchObject({ code: 'ASK_TOO_LONG' });
    const elsewhere = { ...creator.domain, chainId: 1 };
    await expect(ask(terms, { ask: await signOfferAsk(creator.account!, elsewhere, { terms, nowSeconds }) })).rejects.toMatchObject({ code: 'BAD_ASK_SIGNATURE' });
    await expect(askOffer(await holdfast.as(15), providers[0]!.url, terms)).rejects.toMatchObject({ code: 'ASKER_UNKNOWN', remoteStatus: 403 });
    expect(await providers[0]!.provider.store.offer.count()).toBe(0);
    expect(await ask(terms, { ask: good })).toMatchObject({ provider: providers[0]!.id });
    // Shown again it reserves nothing more.
    await ask(terms, { ask: good });
    expect(await providers[0]!.provider.store.offer.count()).toBe(1);
    await askOffer(heavy, providers[0]!.url, { ...terms, nonce: terms.nonce + 1 });
  });

  it('gets as much as the tokens of the creator pay for; without them, a half at most, and one stranger among heavy nodes a quarter', async () => {
    const all = await free();
    await expect(askOffer(await holdfast.as(15), providers[0]!.url, await unfunded(0, 1))).rejects.toMatchObject({ code: 'ASK_LIMIT', remoteStatus: 429 });
    const sizeOf = 1 << 20;
    const half = Math.floor(all / sizeOf / 2);
    // The parent asks for people without tokens, each with a key of his own.
    let granted = 0;
    for (; granted < 9; granted++) if ((await askOffer(heavy, providers[0]!.url, await unfunded(granted, 1)).catch((error: unknown) => (error as { code: string }).code)) === 'ASK_LIMIT') break;
    expect(granted).toBe(Math.max(half, 0));
    const stranger = await holdfast.as(14);
    await registerNode(stranger, { tier: 'heavy', region: 2, payout: addressOf(stranger), endpoint: 'http://127.0.0.1:2' });
    await empty();
    let ofStranger = 0;
    for (; ofStranger < 9; ofStranger++) if ((await askOffer(stranger, providers[0]!.url, await unfunded(ofStranger, 1)).catch((error: unknown) => (error as { code: string }).code)) === 'ASK_LIMIT') break;
    expect(ofStranger).toBeLessThan(granted);
    // Who pays is not kept out: the rest is his.
    const terms = await termsOf(creator, { batchLog2: 20, k: 1, m: 1, quota: Math.floor((await free()) / sizeOf) });
    await askOffer(creator, providers[0]!.url, terms);
    expect(await free()).toBeLessThan(sizeOf);
  });

  it('cannot shrink what somebody else reserved under the same number, nor reserve by quotes', async () => {
    const terms = await termsOf(creator, { batchLog2: 20, k: 1, m: 1, quota: 2 });
    await askOffer(creator, providers[0]!.url, terms);
    const before = await free();
    await askOffer(heavy, providers[0]!.url, { ...terms, quota: 1 });
    expect(await free()).toBe(before);
    // Nor keep a creator out by asking for more than he can pay in his name.
    const poor = await holdfast.as(13);
    const mine = await termsOf(poor, { batchLog2: 16, k: 1, m: 1, quota: 1 });
    // 10^16 per GiB and epoch, 64 KiB: enough for it, and not for four times as much.
    const cost = ((10n ** 16n * 65_536n) / 2n ** 30n) * BigInt(mine.endPeriod * creator.clock.epochsPerPeriod);
    const { tokens } = await buyTokens(poor, { coin: 10n ** 9n });
    await buyTokens(poor, { coin: (cost * 2n * 10n ** 9n) / tokens });
    await askOffer(heavy, providers[0]!.url, { ...mine, batchLog2: 18 });
    expect(await askOffer(poor, providers[0]!.url, mine)).toMatchObject({ provider: providers[0]!.id });
    expect((await providers[0]!.provider.store.offer.findMany({ where: { creator: addressOf(poor) } }))[0]).toMatchObject({ sizeBytes: BigInt(MIB / 4), isFunded: false });
    await providers[0]!.provider.store.offer.deleteMany({ where: { creator: addressOf(poor) } });
    await ask({ ...terms, nonce: QUOTE_NONCE, quota: 1 }, {});
    expect(await free()).toBe(before);
    expect(await providers[0]!.provider.store.offer.findMany()).toMatchObject([{ sizeBytes: BigInt(2 * MIB), isFunded: true }]);
  });
});

describe('the tariff', () => {
  const CAPACITY = 8n << 20n;
  const read = () => requestJson(`${providers[1]!.url}/tariff`, { schema: TariffReply });
  const send = (body: unknown) => requestJson(`${providers[1]!.url}/tariff`, { method: 'POST', body, schema: TariffReply });
  const signed = async (who: Chain, more: Partial<Parameters<typeof signTariff>[2]> = {}) =>
    signTariff(who.account!, who.domain, { provider: providers[1]!.id, perGibEpoch: 10n ** 15n, capacityBytes: CAPACITY, after: (await read()).sequence, nowSeconds: await who.nowSeconds(), ...more });
  const restart = async (more: object = {}) => {
    const { home } = providers[1]!;
    await providers[1]!.stop();
    providers[1] = await startTestProvider(holdfast, 1, { home, capacityBytes: '4194304', ...more });
  };

  it('is changed by whoever operates the provider or is paid for it, and by nobody else', async () => {
    const operator = await holdfast.as(3);
    expect(await read()).toMatchObject({ provider: providers[1]!.id, price: { perBatchEpoch: 10n ** 12n }, capacityBytes: 4n << 20n, promisedBytes: 1n << 20n, freeBytes: 3n << 20n, setBy: 'config', sequence: 0, canChange: true });
    await expect(send(await signed(creator))).rejects.toMatchObject({ code: 'NOT_THE_OWNER', remoteStatus: 403 });
    await expect(send({ ...(await signed(operator)), perGibEpoch: '1' })).rejects.toMatchObject({ code: 'NOT_THE_OWNER' });
    await expect(send({ ...(await signed(operator)), signature: `0x${'11'.repeat(64)}` })).rejects.toMatchObject({ remoteStatus: expect.toBeOneOf([401, 403]) });
    await expect(send(await signed(operator, { provider: providers[0]!.id }))).rejects.toMatchObject({ code: 'OTHER_PROVIDER', remoteStatus: 400 });
    await expect(send(await signed(operator, { nowSeconds: (await operator.nowSeconds()) - 400 }))).rejects.toMatchObject({ code: 'TARIFF_EXPIRED', remoteStatus: 401 });
    await expect(send(await signed(operator, { nowSeconds: (await operator.nowSeconds()) + 4_000 }))).rejects.toMatchObject({ code: 'TARIFF_TOO_LONG' });
    for (const wrong of [{ capacityBytes: '1' }, { capacityBytes: String(2n ** 60n) }, { perGibEpoch: '0' }, { perGibEpoch: String(2n ** 61n) }, { sequence: -1 }, { more: 1 }]) {
      await expect(send({ ...(await signed(operator)), ...wrong })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await read()).toMatchObject({ setBy: 'config', sequence: 0 });
    const payout = await holdfast.as(12);
    await setPayout(operator, { id: providers[1]!.id, payout: addressOf(payout) });
    expect(await send(await signed(payout, { perGibEpoch: 5n }))).toMatchObject({ price: { perGibEpoch: 5n }, setBy: 'owner' });
    await setPayout(payout, { id: providers[1]!.id, payout: addressOf(operator) });
    await expect(send(await signed(payout))).rejects.toMatchObject({ code: 'NOT_THE_OWNER' });
  });

  it('counts for the next offer, is taken once, and survives a restart until the configuration is edited', async () => {
    const operator = await holdfast.as(3);
    const terms = await termsOf(creator, { batchLog2: 20, k: 1, m: 1, quota: 1 });
    const mine = await signed(operator);
    expect(await send(mine)).toMatchObject({ price: { perGibEpoch: 10n ** 15n }, capacityBytes: CAPACITY, freeBytes: 7n << 20n });
    await expect(send(mine)).rejects.toMatchObject({ code: 'TARIFF_OLD', remoteStatus: 409 });
    expect(await statusOf(providers[1]!)).toMatchObject({ price: { perGibEpoch: 10n ** 15n }, freeBytes: 7 << 20 });
    expect((await askOffer(creator, providers[1]!.url, terms)).price).toBe(10n ** 15n / 1_024n);
    await send(await signed(operator, { capacityBytes: 1n << 20n }));
    await expect(askOffer(creator, providers[1]!.url, { ...terms, nonce: terms.nonce + 1 })).rejects.toMatchObject({ code: 'NO_SPACE' });
    const last = await signed(operator);
    await send(last);
    await restart();
    expect(await read()).toMatchObject({ capacityBytes: CAPACITY, setBy: 'owner', sequence: last.sequence });
    await expect(postTariff({ ...providers[1]!.provider, config: { ...providers[1]!.provider.config, ownerTariff: false } }, await signed(operator))).rejects.toMatchObject({ code: 'TARIFF_FIXED' });
    await restart({ capacityBytes: '5242880' });
    expect(await read()).toMatchObject({ capacityBytes: 5n << 20n, price: { perBatchEpoch: 10n ** 12n }, setBy: 'config' });
    await expect(send(last)).rejects.toMatchObject({ code: 'TARIFF_OLD' });
  });
});

describe('startProvider', () => {
  it('keeps its id, moves its endpoint and its stake on a second start', async () => {
    const { provider, home, id } = providers[1]!;
    await providers[1]!.stop();
    providers[1] = await startTestProvider(holdfast, 1, { home, stake: parseEther('12') });
    expect(providers[1].id).toBe(id);
    expect(await readNode(creator, id)).toMatchObject({ endpoint: providers[1].url, stake: parseEther('12'), operator: provider.account.address });
    expect(await statusOf(providers[1])).toMatchObject({ id, agreements: 1 });
  });

  it('refuses unknown keys and a registration that says otherwise', async () => {
    const { home, provider } = providers[1]!;
    const base = { home, region: 2, parent: 1, stake: '0', capacityBytes: '4194304', price: { perBatchEpoch: '1' } };
    const start = (config: object) =>
      startProvider({ config: config as typeof base, rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment, account: provider.account, log: provider.log });
    await expect(start({ ...base, colour: 'blue' })).rejects.toThrow(/colour/);
    await expect(start({ ...base, home: `${home}/other`, region: 7 })).rejects.toMatchObject({ code: 'REGISTERED_DIFFERENTLY' });
  });
});
