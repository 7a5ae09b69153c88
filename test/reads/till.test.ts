import { readFile } from 'node:fs/promises';
import { encodeDeployData, keccak256, numberToHex } from 'viem';
import type { Abi, Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClosingChannel } from '../../offchain/chain/close-channel.ts';
import { openChannel, topUpChannel } from '../../offchain/chain/open-channel.ts';
import { closingSeconds, readChannel } from '../../offchain/chain/read-channel.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { sponsorPool } from '../../offchain/chain/sponsor-pool.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { ContractSigners } from '../../offchain/reads/take/contract-signers.ts';
import { Redeemer } from '../../offchain/reads/take/redeemer.ts';
import { Till } from '../../offchain/reads/take/till.ts';
import { ReadQuote, contentHash, readCost, servedFor, voucherHeader } from '../../offchain/wire/paid-reads.ts';
import type { ReadVoucher } from '../../offchain/wire/paid-reads.ts';
import { HEAVY, type TestAgreement, type TestBundle, type TestProvider, creatorOf, fragmentUrl, makeBundle, openTestAgreement, registerHeavy, sessionOf, startTestProvider, stopTestProvider, uploadBundle } from '../provider/network.ts';
import { type TestHoldfast, addressOf, startHoldfast } from '../support/holdfast.ts';
import { BYTE, PRICE, channelVoucher, payerOf, poolVoucher, readBytes } from './support.ts';

const READ = 64 << 10;
const COST = BigInt(READ) * BYTE;
let holdfast: TestHoldfast;
let heavy: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;
let bundle: TestBundle;
let payer: Chain;

beforeAll(async () => {
  holdfast = await startHoldfast();
  heavy = await registerHeavy(holdfast);
  providers = [];
  const reads = { pricePerGib: PRICE, freeBytesPerDay: BigInt(READ) };
  for (const index of [0, 1]) providers.push(await startTestProvider(holdfast, index, { reads, paydayPeriods: 0 }));
  const creator = await creatorOf(holdfast);
  agreement = await openTestAgreement(creator, providers, { batchLog2: 17 });
  bundle = makeBundle(agreement, 1);
  await uploadBundle(agreement, providers, bundle, 0);
  payer = await payerOf(holdfast, 11);
});
afterAll(async () => {
  for (const provider of providers ?? []) await stopTestProvider(provider);
  await holdfast?.stop();
});

const url = (slot = 0, count = READ / 256, first = 0) => `${fragmentUrl(providers[slot]!.url, agreement.id, bundle.batches[0]!.batchId, slot)}?first=${first}&count=${count}`;
const open = async (amount: bigint, slot = 0, heavyId = HEAVY) => (await openChannel(payer, { payee: providers[slot]!.id, heavy: heavyId, amount })).channel;
const pay = (voucher: ReadVoucher, slot = 0) => readBytes(url(slot), { voucher });
const voucher = (channel: bigint, total: bigint, by = payer) => channelVoucher(by, channel, total);
const refusal = (code: string) => expect.objectContaining({ remoteStatus: 402, code });

describe('a read that costs something', () => {
  it('is answered with 402, a plain sentence and a quote', async () => {
    const error = await readBytes(url()).catch((one) => one);
    expect(error).toMatchObject({ remoteStatus: 402, code: 'PAYMENT_REQUIRED', message: expect.stringMatching(/^Reads cost 0\.0011\d* tokens per GiB here, this one 0\.0000\d* tokens, and this one carries no voucher\. Send a voucher/) });
    expect(ReadQuote.parse(error.details)).toMatchObject({
      payee: providers[0]!.id, pricePerGib: PRICE, cost: COST, freeBytesLeft: 0, channels: holdfast.deployment.channels, heavy: HEAVY, closingSeconds: await closingSeconds(payer),
    });
    await expect(readBytes(url(), { voucher: { channel: 1n } as never })).rejects.toMatchObject({ remoteStatus: 400, code: 'BAD_VOUCHER' });
  });

  it('costs its creator nothing up to the free quota of the day, and the heavy node nothing for repairs', async () => {
    expect(await readBytes(url(), { authorization: agreement.header })).toHaveLength(READ);
    const error = await readBytes(url(), { authorization: agreement.header }).catch((one) => one);
    expect(error).toEqual(refusal('PAYMENT_REQUIRED'));
    const authorization = await sessionOf(heavy, agreement.id);
    for (let i = 0; i < 8; i++) expect((await readBytes(url(), { authorization })).length).toBe(READ);
    await expect(readBytes(url(), { authorization: await sessionOf(payer, agreement.id) })).rejects.toMatchObject({ remoteStatus: 403 });
  });

  it('is not free a second time after a restart of the node on the same day, and is the next day', async () => {
    const { chain, store, id, till } = providers[0]!.provider;
    await till.settled();
    let atSeconds = await chain.nowSeconds();
    const again = await Till.open({ chain, store, id, heavy: HEAVY, pricePerGib: PRICE, nowSeconds: async () => atSeconds });
    const reader = { key: `creator/${addressOf(agreement.creator)}`, freeBytes: READ };
    const read = { sizeBytes: READ, identify: async () => reader, voucher: undefined };
    expect(await again.freeBytesLeft(reader)).toBe(0);
    await expect(again.charge(read)).rejects.toMatchObject({ code: 'PAYMENT_REQUIRED' });
    expect(await again.freeBytesLeft({ ...reader, key: 'creator/somebody else' })).toBe(READ);
    atSeconds += 86_400;
    (await again.charge(read)).ended(READ / 2);
    expect(await again.freeBytesLeft(reader)).toBe(READ / 2);
    await again.settled();
    // The day before is forgotten, by the rows too: they are bounded by the readers of one day.
    const rows = await store.fact.findMany({ where: { key: { startsWith: 'free-bytes/' } } });
    expect(rows.map(({ key, value }) => [key.split('/').slice(2).join('/'), Number(value)])).toEqual([[reader.key, READ / 2]]);
    await store.fact.deleteMany({ where: { key: { startsWith: 'free-bytes/' } } });
  });

  it('is served for a voucher that covers it, once, and in any order', async () => {
    const channel = await open(10n * COST);
    expect(await pay(await voucher(channel, COST))).toHaveLength(READ);
    // The same voucher again pays for nothing; a smaller total neither.
    const error = await pay(await voucher(channel, COST)).catch((one) => one);
    expect(error).toEqual(refusal('VOUCHER_SHORT'));
    expect(ReadQuote.parse(error.details).account).toMatchObject({ paid: COST, used: COST, deposit: 10n * COST, voucher: { channel, total: COST } });
    await expect(pay(await voucher(channel, 2n * COST - 1n))).rejects.toEqual(refusal('VOUCHER_SHORT'));
    // A newer one pays for all before it.
    expect(await pay(await voucher(channel, 4n * COST))).toHaveLength(READ);
    expect(await pay(await voucher(channel, 3n * COST))).toHaveLength(READ);
    expect(await pay(await voucher(channel, 2n * COST))).toHaveLength(READ);
    await expect(pay(await voucher(channel, 4n * COST))).rejects.toEqual(refusal('VOUCHER_SHORT'));
  });

  it('is not served for the vouchers of strangers, above the deposit, of channels that pay others, or without the heavy node\'s share', async () => {
    const channel = await open(COST);
    await expect(pay(await voucher(channel, COST, heavy))).rejects.toEqual(refusal('VOUCHER_WRONG'));
    await expect(pay(await voucher(channel, COST + 1n))).rejects.toEqual(refusal('DEPOSIT_SHORT'));
    await expect(pay(await voucher(channel, COST), 1)).rejects.toEqual(refusal('CHANNEL_UNKNOWN'));
    await expect(pay(await voucher(999n, COST))).rejects.toEqual(refusal('CHANNEL_UNKNOWN'));
    await expect(pay(await voucher(await open(COST, 0, 0), COST))).rejects.toEqual(refusal('CHANNEL_UNKNOWN'));
    await topUpChannel(payer, { channel, amount: COST });
    // The deposit was read a moment ago: a top-up is seen two seconds later.
    const both = await voucher(channel, 2n * COST);
    await expect.poll(() => pay(both).then((bytes) => bytes.length, () => 0), { interval: 500, timeout: 10_000 }).toBe(READ);
  });

  it('gives back what a reader did not take because the connection broke, and no more', async () => {
    const channel = await open(10n * COST);
    const { till } = providers[0]!.provider;
    const abort = new AbortController();
    const reading = readBytes(url(), { voucher: await voucher(channel, COST), signal: abort.signal }).catch(() => undefined);
    abort.abort();
    await reading;
    const account = till.accounts.get(`channel/${channel}`);
    expect(account === undefined || account.used === 0n || account.used === COST).toBe(true);
    const charge = await till.charge({ sizeBytes: READ, identify: async () => undefined, voucher: voucherHeader(await voucher(channel, 3n * COST)) });
    const used = till.accounts.get(`channel/${channel}`)!.used;
    charge.ended(READ / 2);
    expect(used - till.accounts.get(`channel/${channel}`)!.used).toBe(COST / 2n);
    charge.ended(READ);
  });
});

describe('vouchers', () => {
  it('are durable but for the newest one: a crash loses one piece', async () => {
    const channel = await open(10n * COST, 1);
    for (let pieces = 1n; pieces <= 5n; pieces++) {
      await pay(await voucher(channel, pieces * COST), 1);
      const { chain, store, id } = providers[1]!.provider;
      const after = await Till.open({ chain, store, id, heavy: HEAVY, pricePerGib: PRICE, nowSeconds: () => chain.nowSeconds() });
      expect(after.accounts.get(`channel/${channel}`)?.paid ?? 0n).toBeGreaterThanOrEqual((pieces - 1n) * COST);
    }
  });

  it('survive the node, and are redeemed many at once', async () => {
    const channels = [await open(10n * COST, 1), await open(10n * COST, 1), await open(10n * COST, 1)];
    for (const channel of channels) await pay(await voucher(channel, 2n * COST), 1);
    const { chain, store, id, log } = providers[1]!.provider;
    await providers[1]!.provider.till.vouchers.save(providers[1]!.provider.till.accounts.get(`channel/${channels[2]}`)!);
    const again = await Till.open({ chain, store, id, heavy: HEAVY, pricePerGib: PRICE, nowSeconds: () => chain.nowSeconds() });
    expect(again.accounts.get(`channel/${channels[0]}`)).toMatchObject({ used: COST, paid: 2n * COST, unredeemed: 2n * COST });
    const before = await tokenBalance(chain, addressOf(chain));
    const nonce = await chain.public.getTransactionCount({ address: addressOf(chain) });
    expect(await new Redeemer({ chain, till: again, log }).redeem()).toBe(11n * COST);
    expect(await chain.public.getTransactionCount({ address: addressOf(chain) })).toBe(nonce + 1);
    const fee = ((2n * COST * 150n) / 10_000n) * 3n + (5n * COST * 150n) / 10_000n;
    expect((await tokenBalance(chain, addressOf(chain))) - before).toBe(11n * COST - fee);
    expect(await new Redeemer({ chain, till: again, log }).redeem()).toBe(0n);
    // The reader goes on where it was: one read of what it paid is still to be had.
    expect(await pay(await voucher(channels[0]!, 2n * COST), 1)).toHaveLength(READ);
    await expect(pay(await voucher(channels[0]!, 2n * COST), 1)).rejects.toEqual(refusal('VOUCHER_SHORT'));
  });

  it('are redeemed by the node itself when their payer wants the deposit back, and pay for nothing from then on', async () => {
    const channel = await open(10n * COST);
    await pay(await voucher(channel, 3n * COST));
    await startClosingChannel(payer, { channel });
    const { chain, till, log } = providers[0]!.provider;
    expect(await new Redeemer({ chain, till, log }).watch()).toBe(3n * COST);
    expect(await readChannel(payer, channel)).toMatchObject({ redeemed: 3n * COST });
    await expect(pay(await voucher(channel, 4n * COST))).rejects.toEqual(refusal('CHANNEL_CLOSING'));
  });

  it("of a sponsor's pool pay below its price, and only so much of it as others leave", async () => {
    const payee = providers[0]!.id;
    const content = contentHash('bafkreiexample');
    const maxPerMib = PRICE / 1024n;
    const share = readCost({ sizeBytes: 4 << 20, pricePerGib: PRICE });
    const { pool } = await sponsorPool(payer, { content, heavy: HEAVY, maxPerMib, amount: 2n * share });
    const served = (total: bigint, servedBytes = servedFor({ total, maxPerMib })) => poolVoucher(payer, { pool, payee, servedBytes, total });
    expect(await pay(await served(COST))).toHaveLength(READ);
    await expect(pay(await served(2n * COST, 1n))).rejects.toEqual(refusal('VOUCHER_WRONG'));
    await expect(pay(await served(share + 1n))).rejects.toEqual(refusal('POOL_SHARE'));
    const cheap = await sponsorPool(payer, { content, heavy: HEAVY, maxPerMib: maxPerMib - 1n, amount: share });
    await expect(pay(await poolVoucher(payer, { pool: cheap.pool, payee, servedBytes: 1n << 30n, total: COST }))).rejects.toEqual(refusal('POOL_PRICE'));
    const { chain, till, log } = providers[0]!.provider;
    const redeemer = new Redeemer({ chain, till, log });
    expect(await redeemer.watch()).toBe(0n);
    expect(await pay(await served((share * 3n) / 4n))).toHaveLength(READ);
    // More than half of its share: it does not wait for payday.
    expect(await redeemer.watch()).toBe((share * 3n) / 4n);
  });
});

describe('a contract that signs (ERC-1271)', () => {
  /** Accepts what account `owner` signed. */
  const deploySigner = async (owner: Chain): Promise<Hex> => {
    const { abi, bytecode } = JSON.parse(await readFile(new URL('../../artifacts/test/contracts/harness/ContractSigner.sol/ContractSigner.json', import.meta.url), 'utf8')) as { abi: Abi; bytecode: Hex };
    return deploy(encodeDeployData({ abi, bytecode, args: [addressOf(owner)] }));
  };
  const deploy = async (data: Hex): Promise<Hex> => {
    const hash = await payer.wallet!.sendTransaction({ data, account: payer.wallet!.account!, chain: null });
    return (await payer.public.waitForTransactionReceipt({ hash })).contractAddress!;
  };
  /** Its code is one endless loop. */
  const GAS_EATER = '0x635b6000566000526004601cf3';

  it("pays with its owner's vouchers, on the chain too, and with nobody else's", async () => {
    const owner = await holdfast.as(12);
    const signer = await deploySigner(owner);
    const { channel } = await openChannel(payer, { payee: providers[0]!.id, heavy: HEAVY, amount: 10n * COST, signer });
    expect(await pay(await voucher(channel, COST, owner))).toHaveLength(READ);
    expect(await pay(await voucher(channel, 3n * COST, owner))).toHaveLength(READ);
    // Older ones too are asked about again, or remembered.
    expect(await pay(await voucher(channel, 2n * COST, owner))).toHaveLength(READ);
    // The payer opened it, and still does not sign for it.
    await expect(pay(await voucher(channel, 4n * COST))).rejects.toEqual(refusal('VOUCHER_WRONG'));
    // And an account without code is not asked for its word.
    await expect(pay(await voucher(await open(COST), COST, owner))).rejects.toEqual(refusal('VOUCHER_WRONG'));
    const { chain, till, log } = providers[0]!.provider;
    expect(till.accounts.get(`channel/${channel}`)).toMatchObject({ isByContract: true, paid: 3n * COST, used: 3n * COST });
    await new Redeemer({ chain, till, log }).redeem();
    expect(await readChannel(payer, channel)).toMatchObject({ redeemed: 3n * COST });
  });

  it('owes no more at once than the node lets stand, and is redeemed at half of that', async () => {
    const owner = await holdfast.as(12);
    const signer = await deploySigner(owner);
    const { chain, till, log } = providers[0]!.provider;
    const share = till.contractShare;
    const { channel } = await openChannel(payer, { payee: providers[0]!.id, heavy: HEAVY, amount: 2n * share, signer });
    const redeemer = new Redeemer({ chain, till, log });
    expect(await pay(await voucher(channel, share / 4n, owner))).toHaveLength(READ);
    expect(await redeemer.watch()).toBe(0n);
    // One that the node does not know to be a contract's yet could be above it once; then never.
    const error = await pay(await voucher(channel, share + 1n, owner)).catch((one) => one);
    expect(error).toEqual(refusal('CONTRACT_SHARE'));
    expect(error.retryable).toBe(true);
    expect(await pay(await voucher(channel, share / 2n, owner))).toHaveLength(READ);
    expect(await redeemer.watch()).toBe(share / 2n);
    expect(await pay(await voucher(channel, share + 1n, owner))).toHaveLength(READ);
  });

  it('is refused when it eats gas, and asked only so often', async () => {
    const signer = await deploy(GAS_EATER);
    const { channel } = await openChannel(payer, { payee: providers[0]!.id, heavy: HEAVY, amount: 10n * COST, signer });
    const error = await pay(await voucher(channel, COST)).catch((one) => one);
    expect([402, 503]).toContain(error.remoteStatus);
    const { chain } = providers[0]!.provider;
    let asked = 0;
    const counting: Chain = { ...chain, ask: (what, question) => {
      asked += 1;
      return chain.ask(what, question);
    } };
    const owner = await holdfast.as(12);
    const wallet = await deploySigner(owner);
    const contracts = new ContractSigners({ chain: counting, nowMs: () => 0 });
    const digest = keccak256('0x01');
    const signature = (await channelVoucher(payer, 1n, 1n)).signature;
    for (let i = 0; i < 5; i++) expect(await contracts.accepts(wallet, digest, signature)).toBe(false);
    expect(asked).toBe(2);
    const answers: unknown[] = [];
    for (let i = 0; i < 80; i++) answers.push(await contracts.accepts(wallet, keccak256(numberToHex(i, { size: 32 })), signature).catch((one) => one.code));
    expect(answers.filter((one) => one === false)).toHaveLength(63);
    expect(answers.filter((one) => one === 'BUSY')).toHaveLength(17);
    expect(asked).toBe(2 + 63);
  });
});
