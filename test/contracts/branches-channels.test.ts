import assert from 'node:assert/strict';
import { maxUint256, zeroAddress, zeroHash, type Address } from 'viem';
import { channelsAbi } from '../../offchain/chain/generated/abi.ts';
import { balanceOf, changeOf } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { accountOf, type Contract } from '../support/contracts/evm.ts';
import { signServed, signVoucher } from '../support/contracts/vouchers.ts';
import { currentEpoch, goToEpoch, type World } from '../support/contracts/world.ts';

const payer = accountOf('payer');
const stranger = accountOf('stranger').address;
const CLOSING = 1000n;

interface Shop {
  readonly channels: Contract;
  readonly send: (name: string, args: readonly unknown[], from?: Address) => Promise<unknown>;
  readonly voucher: (total: bigint, channel?: bigint) => ReturnType<typeof signVoucher>;
  readonly served: (total: bigint, change?: { payee?: number; servedBytes?: bigint; pool?: bigint }) => ReturnType<typeof signServed>;
  /** What the payee's payout address gets by it. */
  readonly gain: (act: () => Promise<unknown>) => Promise<bigint>;
}

/** Channel 1 and pool 1 of the payer, a thousand units in each; ten units for a MiB. */
async function shop(world: World, heavy = 0): Promise<Shop> {
  const { address } = await world.evm.deploy('Channels', [world.token.address, world.registry.address, CLOSING]);
  const channels = { address, abi: channelsAbi };
  await world.evm.send(world.treasury.address, world.token, 'transfer', [payer.address, 10n ** 18n]);
  await world.evm.send(payer.address, world.token, 'approve', [address, maxUint256]);
  const { id, payout } = world.providers[0]!;
  const send: Shop['send'] = (name, args, from = payer.address) => world.evm.send(from, channels, name, args);
  await send('open', [id, heavy, zeroAddress, zeroHash, 1000n]);
  await send('sponsor', [zeroHash, zeroAddress, heavy, 10n, 1000n]);
  const by = { signer: payer, chainId: world.evm.chainId, channels: address };
  return {
    channels,
    send,
    voucher: (total, channel = 1n) => signVoucher(by, { channel, total }),
    served: (total, { payee = id, servedBytes = 100n << 20n, pool = 1n } = {}) => signServed(by, { pool, payee, servedBytes, total }),
    gain: (act) => changeOf(() => balanceOf(world, payout), act),
  };
}

const later = (world: World) => goToEpoch(world, currentEpoch(world) + 1);

branches('open, topUp', {
  'when nothing is deposited -> it reverts ZeroAmount': async (world) => {
    const { send } = await shop(world);
    return () => send('open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 0n]);
  },
  'when the payee does not exist -> it reverts NoSuchPayee': async (world) => {
    const { send } = await shop(world);
    return () => send('open', [99, 0, zeroAddress, zeroHash, 1n]);
  },
  'when the heavy node is none -> it reverts NotHeavy': async (world) => {
    const { send } = await shop(world);
    return () => send('open', [world.providers[0]!.id, world.providers[1]!.id, zeroAddress, zeroHash, 1n]);
  },
  'when a channel of nobody is topped up -> it reverts NoSuchChannel': async (world) => {
    const { send } = await shop(world);
    return () => send('topUp', [2n, 1n]);
  },
  'when it is topped up -> vouchers reach further': async (world) => {
    const { send, voucher, gain } = await shop(world);
    await send('topUp', [1n, 500n]);
    assert.equal(await gain(async () => send('redeem', [[await voucher(1500n)]])), 1500n);
  },
});

branches('redeem, redeemEach', {
  'when the channel does not exist -> it reverts NoSuchChannel': async (world) => {
    const { send, voucher } = await shop(world);
    return async () => send('redeem', [[await voucher(1n, 2n)]]);
  },
  'when the total is above the deposit -> it reverts DepositShort': async (world) => {
    const { send, voucher } = await shop(world);
    return async () => send('redeem', [[await voucher(1001n)]]);
  },
  'when the total was redeemed -> it is passed over': async (world) => {
    const { send, voucher, gain } = await shop(world);
    await send('redeem', [[await voucher(400n)]]);
    assert.equal(await gain(async () => send('redeem', [[await voucher(400n), await voucher(300n)]])), 0n);
  },
  'when there is a heavy node -> it gets its share of what is added': async (world) => {
    const { send, voucher, gain } = await shop(world, world.heavies[0]!.id);
    assert.equal(await gain(async () => send('redeem', [[await voucher(1000n)]])), 985n);
  },
  'when its share rounds to nothing -> the payee gets all': async (world) => {
    const { send, voucher, gain } = await shop(world, world.heavies[0]!.id);
    assert.equal(await gain(async () => send('redeem', [[await voucher(66n)]])), 66n);
  },
  'when a signature is empty -> it reverts BadVoucher': async (world) => {
    const { send, voucher } = await shop(world);
    return async () => send('redeem', [[{ ...(await voucher(1n)), signature: '0x' }]]);
  },
  'when one of several is bad -> the others are paid': async (world) => {
    const { send, voucher, gain } = await shop(world);
    assert.equal(await gain(async () => send('redeemEach', [[await voucher(5n, 2n), await voucher(7n)]])), 7n);
  },
  'when none is given -> nothing happens': async (world) => {
    const { send, gain } = await shop(world);
    assert.equal(await gain(async () => { await send('redeem', [[]]); await send('redeemEach', [[]]); await send('redeemServed', [[]]); }), 0n);
  },
});

branches('startClosing, close', {
  'when a stranger starts -> it reverts NotPayer': async (world) => {
    const { send } = await shop(world);
    return () => send('startClosing', [1n], stranger);
  },
  'when it is asked twice -> the time stays': async (world) => {
    const { send, channels } = await shop(world);
    const closesAt = async () => (await world.evm.read<readonly unknown[]>(channels, 'channels', [1n]))[4];
    await send('startClosing', [1n]);
    const first = await closesAt();
    await send('startClosing', [1n]);
    assert.equal(await closesAt(), first);
  },
  'when nobody started -> it reverts NotClosing': async (world) => {
    const { send } = await shop(world);
    return () => send('close', [1n]);
  },
  'when the time is not over -> it reverts StillOpen': async (world) => {
    const { send } = await shop(world);
    await send('startClosing', [1n]);
    return () => send('close', [1n]);
  },
  'when it was closed -> it reverts NoSuchChannel': async (world) => {
    const { send } = await shop(world);
    await send('startClosing', [1n]);
    await later(world);
    assert.equal(await changeOf(() => balanceOf(world, payer.address), () => send('close', [1n], stranger)), 1000n);
    return () => send('close', [1n]);
  },
});

branches('sponsor, fundPool, redeemServed', {
  'when nothing is deposited -> it reverts ZeroAmount': async (world) => {
    const { send } = await shop(world);
    return () => send('sponsor', [zeroHash, zeroAddress, 0, 1n, 0n]);
  },
  'when a MiB costs nothing -> it reverts ZeroAmount': async (world) => {
    const { send } = await shop(world);
    return () => send('sponsor', [zeroHash, zeroAddress, 0, 0n, 1n]);
  },
  'when its heavy node is none -> it reverts NotHeavy': async (world) => {
    const { send } = await shop(world);
    return () => send('sponsor', [zeroHash, zeroAddress, 99, 1n, 1n]);
  },
  'when another signer is named -> the sponsor signs nothing': async (world) => {
    const { send, served } = await shop(world);
    await send('sponsor', [zeroHash, stranger, 0, 10n, 1000n]);
    const claim = await served(1n, { pool: 2n });
    await assert.rejects(send('redeemServed', [[claim]]), /BadVoucher/);
  },
  'when no such pool is funded -> it reverts NoSuchPool': async (world) => {
    const { send } = await shop(world);
    return () => send('fundPool', [2n, 1n]);
  },
  'when no such pool is redeemed from -> it reverts NoSuchPool': async (world) => {
    const { send, served } = await shop(world);
    return async () => send('redeemServed', [[await served(1n, { pool: 2n })]]);
  },
  'when the payee does not exist -> it reverts NoSuchPayee': async (world) => {
    const { send, served } = await shop(world);
    return async () => send('redeemServed', [[await served(1n, { payee: 99 })]]);
  },
  'when more is asked than the bytes cost -> it reverts AboveCap': async (world) => {
    const { send, served } = await shop(world);
    return async () => send('redeemServed', [[await served(11n, { servedBytes: 1n << 20n })]]);
  },
  'when the total was paid -> it is passed over': async (world) => {
    const { send, served, gain } = await shop(world);
    await send('redeemServed', [[await served(30n)]]);
    assert.equal(await gain(async () => send('redeemServed', [[await served(30n), await served(29n)]])), 0n);
  },
  'when the pool has less -> it pays what it has, and the rest once it is funded': async (world) => {
    const { send, served, gain } = await shop(world);
    const much = await served(1500n, { servedBytes: 150n << 20n });
    assert.equal(await gain(() => send('redeemServed', [[much]])), 1000n);
    assert.equal(await gain(() => send('redeemServed', [[much]])), 0n);
    await send('fundPool', [1n, 200n]);
    assert.equal(await gain(() => send('redeemServed', [[much]])), 200n);
  },
});

branches('startClosingPool, closePool', {
  'when a stranger starts -> it reverts NotSponsor': async (world) => {
    const { send } = await shop(world);
    return () => send('startClosingPool', [1n], stranger);
  },
  'when nobody started -> it reverts NotClosing': async (world) => {
    const { send } = await shop(world);
    return () => send('closePool', [1n]);
  },
  'when the time is not over -> it reverts StillOpen': async (world) => {
    const { send } = await shop(world);
    await send('startClosingPool', [1n]);
    await send('startClosingPool', [1n]);
    return () => send('closePool', [1n]);
  },
  'when it was closed -> it reverts NoSuchPool': async (world) => {
    const { send } = await shop(world);
    await send('startClosingPool', [1n]);
    await later(world);
    assert.equal(await changeOf(() => balanceOf(world, payer.address), () => send('closePool', [1n], stranger)), 1000n);
    return () => send('closePool', [1n]);
  },
});
