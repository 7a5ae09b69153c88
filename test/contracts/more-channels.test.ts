import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { maxUint256, zeroAddress, zeroHash, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { channelsAbi } from '../../offchain/chain/generated/abi.ts';
import { balanceOf, changeOf, reverts } from '../support/contracts/books.ts';
import { accountOf, eventOf, type Contract } from '../support/contracts/evm.ts';
import { signServed } from '../support/contracts/vouchers.ts';
import { createWorld, type NodeActor, type World } from '../support/contracts/world.ts';

/*
 * open: nothing deposited, unknown payee, heavy node that is none -> reverts
 * redeem: unknown channel, wrong signer, wrong chain or contract, above the deposit -> reverts; older or equal total -> passed over
 *   a contract may sign (ERC-1271); a key stays good when its account gets code (EIP-7702); the heavy node's share; many at once
 * redeemEach: what cannot be redeemed stops no other
 * close: not the payer, not started, too early, twice -> reverts; vouchers stay good until the rest is taken; top-up keeps it closing
 * pools: nothing deposited, no price, heavy node that is none, no pool, unknown payee, wrong signer, above the price -> reverts
 *   one deposit pays many nodes, cumulative per node, as far as it reaches; anyone adds; closed by the sponsor after the delay
 */
const CLOSING = 1000;
const payer = accountOf('payer');
const reader = accountOf('reader');

describe('retrieval channels', () => {
  let world: World;
  let channels: Contract;

  const send = (from: Address, name: string, args: readonly unknown[]) => world.evm.send(from, channels, name, args);
  const open = async (change: { payee?: number; heavy?: number; signer?: Address; amount?: bigint } = {}) => {
    const { payee = world.providers[0]!.id, heavy = world.heavies[0]!.id, signer = zeroAddress, amount = 10_000n } = change;
    const receipt = await send(payer.address, 'open', [payee, heavy, signer, zeroHash, amount]);
    return eventOf<{ channel: bigint }>(receipt, channels, 'Opened').channel;
  };
  const voucher = async (channel: bigint, total: bigint, signer: PrivateKeyAccount = payer, domain = {}) => {
    const signature: Hex = await signer.signTypedData({
      domain: { name: 'Holdfast Channels', version: '1', chainId: world.evm.chainId, verifyingContract: channels.address, ...domain },
      types: { Voucher: [{ name: 'channel', type: 'uint256' }, { name: 'total', type: 'uint128' }] },
      primaryType: 'Voucher',
      message: { channel, total },
    });
    return { channel, total, signature };
  };
  const redeem = (...vouchers: unknown[]) => send(world.treasury.address, 'redeem', [vouchers]);
  const payout = () => balanceOf(world, world.providers[0]!.payout);

  beforeEach(async () => {
    world = await createWorld({ providers: 2 });
    const { address } = await world.evm.deploy('Channels', [world.token.address, world.registry.address, BigInt(CLOSING)]);
    channels = { address, abi: channelsAbi };
    await world.evm.send(world.treasury.address, world.token, 'transfer', [payer.address, 10n ** 18n]);
    for (const account of [payer.address, world.treasury.address]) await world.evm.send(account, world.token, 'approve', [channels.address, maxUint256]);
  });
  afterEach(() => world.evm.close());

  it('opens for registered nodes with a deposit', async () => {
    await reverts('ZeroAmount', () => open({ amount: 0n }));
    await reverts('NoSuchPayee', () => open({ payee: 99 }));
    await reverts('NotHeavy', () => open({ heavy: world.providers[1]!.id }));
    assert.equal(await open(), 1n);
  });

  it('pays what a voucher adds, once, the heavy node\'s share taken off', async () => {
    const channel = await open();
    const first = await voucher(channel, 4_000n);
    assert.equal(await changeOf(payout, () => redeem(first)), 3_940n);
    assert.equal(await balanceOf(world, world.heavies[0]!.payout), 60n);
    assert.equal(await changeOf(payout, () => redeem(first)), 0n);
    const free = await open({ heavy: 0 });
    const later = [await voucher(channel, 5_000n), await voucher(channel, 4_500n), await voucher(free, 1_000n)];
    assert.equal(await changeOf(payout, () => redeem(...later)), 985n + 1_000n);
    assert.equal(await balanceOf(world, channels.address), 5_000n + 9_000n);
  });

  it('refuses foreign signatures and totals above the deposit', async () => {
    const channel = await open();
    await reverts('NoSuchChannel', async () => redeem(await voucher(9n, 1n)));
    await reverts('BadVoucher', async () => redeem(await voucher(channel, 1n, reader)));
    await reverts('BadVoucher', async () => redeem(await voucher(channel, 1n, payer, { chainId: 1 })));
    await reverts('BadVoucher', async () => redeem(await voucher(channel, 1n, payer, { verifyingContract: world.market.address })));
    await reverts('BadVoucher', async () => redeem({ ...(await voucher(channel, 1n)), total: 2n }));
    const large = await voucher(channel, 10_001n);
    await reverts('DepositShort', () => redeem(large));
    await reverts('NoSuchChannel', () => send(payer.address, 'topUp', [9n, 1n]));
    await send(world.treasury.address, 'topUp', [channel, 1n]);
    assert.equal(await changeOf(payout, () => redeem(large)), 10_001n - 150n);
  });

  it('takes a contract\'s signature for a sponsored channel, not the payer\'s', async () => {
    const { address } = await world.evm.deploy('ContractSigner', [reader.address]);
    const channel = await open({ signer: address });
    await reverts('BadVoucher', async () => redeem(await voucher(channel, 100n)));
    assert.equal(await changeOf(payout, async () => redeem(await voucher(channel, 100n, reader))), 99n);
  });

  it('closes after a delay in which vouchers stay good', async () => {
    const channel = await open();
    await reverts('NotPayer', () => send(reader.address, 'startClosing', [channel]));
    await reverts('NotClosing', () => send(payer.address, 'close', [channel]));
    await send(payer.address, 'startClosing', [channel]);
    const started = await world.evm.now();
    await world.evm.goTo(started + 500);
    await send(payer.address, 'startClosing', [channel]);
    await send(world.treasury.address, 'topUp', [channel, 500n]);
    await reverts('StillOpen', () => send(payer.address, 'close', [channel]));
    await world.evm.goTo(started + CLOSING);
    const last = await voucher(channel, 6_000n);
    assert.equal(await changeOf(payout, () => redeem(last)), 5_910n);
    assert.equal(await changeOf(() => balanceOf(world, payer.address), () => send(reader.address, 'close', [channel])), 4_500n);
    await reverts('NoSuchChannel', () => redeem(last));
    await reverts('NoSuchChannel', () => send(payer.address, 'close', [channel]));
    assert.equal(await balanceOf(world, channels.address), 0n);
  });

  it('takes a key\'s vouchers also when its account has given itself code since', async () => {
    const channel = await open();
    const signed = await voucher(channel, 100n);
    await world.evm.request('hardhat_setCode', [payer.address, `0xef0100${world.market.address.slice(2)}`]);
    assert.equal(await changeOf(payout, () => redeem(signed)), 99n);
  });

  it('redeems one by one what can be redeemed', async () => {
    const channel = await open();
    const bad = await voucher(9n, 1n);
    const good = [await voucher(channel, 1_000n), await voucher(channel, 2_000n)];
    const batch = [good[0], bad, good[1]];
    await reverts('NoSuchChannel', () => redeem(...batch));
    assert.equal(await world.evm.read(channels, 'redeemEach', [batch], payer.address), 5n);
    assert.equal(await changeOf(payout, () => send(reader.address, 'redeemEach', [batch])), 1_970n);
  });

  it('lets a sponsor pay for the readers of a content, below his price, whoever serves it', async () => {
    const [first, second] = world.providers as [NodeActor, NodeActor];
    const MIB = 1n << 20n;
    const content = `0x${'ab'.repeat(32)}`;
    const sponsor = (change: { heavy?: number; price?: bigint; amount?: bigint } = {}) =>
      send(payer.address, 'sponsor', [content, reader.address, change.heavy ?? 0, change.price ?? 100n, change.amount ?? 1_000n]);
    await reverts('ZeroAmount', () => sponsor({ amount: 0n }));
    await reverts('ZeroAmount', () => sponsor({ price: 0n }));
    await reverts('NotHeavy', () => sponsor({ heavy: first.id }));
    const receipt = await sponsor({ heavy: world.heavies[0]!.id });
    const { pool } = eventOf<{ pool: bigint; content: Hex }>(receipt, channels, 'Sponsored');
    const by = { signer: reader, chainId: world.evm.chainId, channels: channels.address };
    const served = (payee: number, mib: bigint, total: bigint, signer = reader) => signServed({ ...by, signer }, { pool, payee, servedBytes: mib * MIB, total });
    const redeemServed = (...list: unknown[]) => send(world.treasury.address, 'redeemServed', [list]);
    const paidTo = (node: NodeActor) => () => balanceOf(world, node.payout);
    await reverts('NoSuchPool', async () => redeemServed({ ...(await served(first.id, 1n, 1n)), pool: 9n }));
    await reverts('NoSuchPayee', async () => redeemServed(await served(99, 1n, 1n)));
    await reverts('BadVoucher', async () => redeemServed(await served(first.id, 1n, 1n, payer)));
    await reverts('BadVoucher', async () => redeemServed({ ...(await served(first.id, 1n, 1n)), payee: second.id }));
    await reverts('AboveCap', async () => redeemServed(await served(first.id, 4n, 401n)));
    const early = await served(first.id, 2n, 200n);
    const later = await served(first.id, 4n, 400n);
    assert.equal(await changeOf(paidTo(first), () => redeemServed(early)), 197n);
    assert.equal(await changeOf(paidTo(first), () => redeemServed(later, early)), 197n);
    assert.equal(await balanceOf(world, world.heavies[0]!.payout), 6n);
    // The pool holds 600 more: what it cannot pay waits until somebody adds to it.
    const much = await served(second.id, 10n, 1_000n);
    assert.equal(await changeOf(paidTo(second), () => redeemServed(much)), 591n);
    assert.equal(await changeOf(paidTo(second), () => redeemServed(much)), 0n);
    await reverts('NoSuchPool', () => send(payer.address, 'fundPool', [9n, 1n]));
    await send(world.treasury.address, 'fundPool', [pool, 500n]);
    assert.equal(await changeOf(paidTo(second), () => redeemServed(much)), 394n);
    await reverts('NotSponsor', () => send(reader.address, 'startClosingPool', [pool]));
    await reverts('NotClosing', () => send(payer.address, 'closePool', [pool]));
    await send(payer.address, 'startClosingPool', [pool]);
    const started = world.evm.now();
    await send(payer.address, 'startClosingPool', [pool]);
    await reverts('StillOpen', () => send(payer.address, 'closePool', [pool]));
    await world.evm.goTo(started + CLOSING);
    assert.equal(await changeOf(() => balanceOf(world, payer.address), () => send(reader.address, 'closePool', [pool])), 100n);
    await reverts('NoSuchPool', () => send(reader.address, 'closePool', [pool]));
    assert.equal(await balanceOf(world, channels.address), 0n);
  });
});
