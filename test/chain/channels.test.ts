import { parseEther, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelsOf, closingChannels } from '../../offchain/chain/channels-of.ts';
import { closeChannel, startClosingChannel } from '../../offchain/chain/close-channel.ts';
import { closePool, startClosingPool } from '../../offchain/chain/close-pool.ts';
import { openChannel, topUpChannel } from '../../offchain/chain/open-channel.ts';
import { closingSeconds, readChannel } from '../../offchain/chain/read-channel.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { poolsOf, readPool } from '../../offchain/chain/read-pool.ts';
import { paidFromPool, redeemServed } from '../../offchain/chain/redeem-served.ts';
import { redeemVouchers } from '../../offchain/chain/redeem-vouchers.ts';
import { fundPool, sponsorPool } from '../../offchain/chain/sponsor-pool.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { contentHash, servedFor } from '../../offchain/wire/paid-reads.ts';
import { channelsDomain, signTyped } from '../../offchain/wire/typed-data.ts';
import { type TestHoldfast, addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';

const HEAVY = 1;
const [FIRST, SECOND] = [2, 3];
let holdfast: TestHoldfast;
let payer: Chain;
let provider: Chain;

beforeAll(async () => {
  holdfast = await startHoldfast();
  provider = (await registerNodes(holdfast, 2)).providers[0] as Chain;
  payer = await holdfast.as(12);
  await buyTokens(payer, { coin: parseEther('1') });
});
afterAll(() => holdfast?.stop());

const domain = () => channelsDomain({ chainId: holdfast.deployment.chainId, channels: holdfast.deployment.channels! });
const voucher = async (channel: bigint, total: bigint, by: Chain = payer) => ({ channel, total, signature: await signTyped(by.account!, domain(), 'Voucher', { channel, total }) });
const changeOf = async (chain: Chain, work: () => Promise<unknown>) => {
  const before = await tokenBalance(chain, addressOf(chain));
  await work();
  return (await tokenBalance(chain, addressOf(chain))) - before;
};

describe('channels', () => {
  it('are opened, topped up, found by payer and payee, and redeemed in one transaction, the unredeemable ones passed over', async () => {
    const { channel } = await openChannel(payer, { payee: FIRST, heavy: HEAVY, amount: 10_000n });
    await topUpChannel(payer, { channel, amount: 5_000n });
    const other = await openChannel(payer, { payee: FIRST, heavy: 0, amount: 10_000n, signer: addressOf(payer) });
    await openChannel(payer, { payee: SECOND, heavy: HEAVY, amount: 1n });
    expect(await readChannel(payer, channel)).toMatchObject({ payer: addressOf(payer), signer: addressOf(payer), payee: FIRST, heavy: HEAVY, closesAt: 0, deposit: 15_000n, redeemed: 0n });
    expect((await channelsOf(provider, { payee: FIRST })).map((one) => one.channel)).toEqual([channel, other.channel]);
    expect(await channelsOf(payer, { payer: addressOf(payer) })).toHaveLength(3);
    const vouchers = [await voucher(channel, 12_000n), await voucher(99n, 1n), await voucher(other.channel, 10_001n), await voucher(other.channel, 1_000n, provider)];
    expect(await redeemVouchers(provider, vouchers)).toEqual([{ channel, amount: 12_000n, fee: 180n }]);
    expect(await redeemVouchers(provider, [await voucher(channel, 12_500n), await voucher(other.channel, 400n)])).toEqual([
      { channel, amount: 500n, fee: 7n },
      { channel: other.channel, amount: 400n, fee: 0n },
    ]);
    expect(await readChannel(payer, channel)).toMatchObject({ redeemed: 12_500n });
  });

  it('may be opened at the same moment: each finds its own allowance', async () => {
    const opened = await Promise.all([1n, 2n, 3n].map((amount) => openChannel(payer, { payee: SECOND, heavy: HEAVY, amount })));
    const deposits = await Promise.all(opened.map(async ({ channel }) => (await readChannel(payer, channel)).deposit));
    expect(deposits).toEqual([1n, 2n, 3n]);
  });

  it('redeem sixty-four vouchers at once', async () => {
    const channels: bigint[] = [];
    for (let i = 0; i < 64; i++) channels.push((await openChannel(payer, { payee: SECOND, heavy: HEAVY, amount: 1_000n })).channel);
    const done = await redeemVouchers(provider, await Promise.all(channels.map((channel) => voucher(channel, 1_000n))));
    expect(done.map(({ channel }) => channel)).toEqual(channels);
  });

  it('close in two steps, and say why they do not', async () => {
    const { channel } = await openChannel(payer, { payee: FIRST, heavy: HEAVY, amount: 1_000n });
    await expect(startClosingChannel(provider, { channel })).rejects.toMatchObject({ errorName: 'NotPayer', message: expect.stringContaining('Use the payer\'s account.') });
    await expect(closeChannel(payer, { channel })).rejects.toMatchObject({ errorName: 'NotClosing' });
    const fromBlock = await payer.public.getBlockNumber();
    const { closesAt } = await startClosingChannel(payer, { channel });
    expect(await closingChannels(provider, { fromBlock, toBlock: await payer.public.getBlockNumber() })).toEqual([{ channel, closesAt }]);
    await expect(closeChannel(payer, { channel })).rejects.toMatchObject({ errorName: 'StillOpen', retryable: true });
    await holdfast.advance(await closingSeconds(payer));
    expect(await changeOf(payer, () => closeChannel(provider, { channel }))).toBe(1_000n);
    await expect(readChannel(payer, channel)).rejects.toMatchObject({ code: 'NO_SUCH_CHANNEL' });
    expect((await channelsOf(payer, { payer: addressOf(payer), payee: FIRST })).map((one) => one.channel)).not.toContain(channel);
  });

  it('are refused where a deployment has none', async () => {
    const { channels: _, ...bare } = holdfast.deployment;
    const chain = await holdfast.as(12, { deployment: bare });
    await expect(openChannel(chain, { payee: FIRST, heavy: HEAVY, amount: 1n })).rejects.toMatchObject({ code: 'NOT_DEPLOYED' });
  });
});

describe("sponsors' pools", () => {
  it('pay whoever served, as far as they reach, and come back in two steps', async () => {
    const content = contentHash('bafkreiexample');
    const { pool } = await sponsorPool(payer, { content, heavy: 0, maxPerMib: 1_000n, amount: 5_000n });
    await fundPool(provider, { pool, amount: 1_000n });
    expect(await readPool(payer, pool)).toMatchObject({ sponsor: addressOf(payer), signer: addressOf(payer), content, maxPerMib: 1_000n, left: 6_000n, closesAt: 0 });
    expect(await poolsOf(provider, { content })).toEqual([pool]);
    const served = async (payee: number, total: bigint) => {
      const message = { pool, payee, servedBytes: servedFor({ total, maxPerMib: 1_000n }), total };
      return { ...message, signature: await signTyped(payer.account!, domain(), 'Served', message) };
    };
    expect(await redeemServed(provider, [await served(FIRST, 4_000n), await served(SECOND, 1_500n)])).toEqual([{ pool, amount: 4_000n }, { pool, amount: 1_500n }]);
    await expect(redeemServed(provider, [{ ...(await served(FIRST, 5_000n)), servedBytes: 1n }])).rejects.toMatchObject({ errorName: 'BadVoucher' });
    expect(await redeemServed(provider, [await served(FIRST, 9_000n)])).toEqual([{ pool, amount: 500n }]);
    expect(await paidFromPool(provider, { pool, payee: FIRST })).toBe(4_500n);
    await fundPool(payer, { pool, amount: 100n });
    await expect(startClosingPool(provider, { pool })).rejects.toMatchObject({ errorName: 'NotSponsor' });
    await startClosingPool(payer, { pool });
    await holdfast.advance(await closingSeconds(payer));
    expect(await changeOf(payer, () => closePool(provider, { pool }))).toBe(100n);
    await expect(readPool(payer, pool)).rejects.toMatchObject({ code: 'NO_SUCH_POOL' });
    await expect(sponsorPool(payer, { content, signer: zeroAddress, heavy: FIRST, maxPerMib: 1n, amount: 1n })).rejects.toMatchObject({ errorName: 'NotHeavy' });
  });
});
