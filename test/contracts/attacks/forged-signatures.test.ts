import assert from 'node:assert/strict';
import { concatHex, getAddress, maxUint256, numberToHex, slice, zeroAddress, zeroHash, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { signTyped } from '../../../offchain/wire/typed-data.ts';
import { openAgreement, propose, sendOpen } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket, reverts } from '../../support/contracts/books.ts';
import { bitmap, signReceipts } from '../../support/contracts/bundles.ts';
import { accountOf, type Contract } from '../../support/contracts/evm.ts';
import { signExtension } from '../../support/contracts/extensions.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { expectRevert } from '../../support/contracts/life-checks.ts';
import { forgeries } from '../../support/contracts/life-signatures.ts';
import { signVoucher } from '../../support/contracts/vouchers.ts';
import { registerNode, TIER, TOKEN, type World } from '../../support/contracts/world.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const ALL = [0, 1, 2, 3];
const CODED = { providers: 5, epochsPerPeriod: 6 };

/** The 65-byte form of a 64-byte signature (EIP-2098). */
function longForm(signature: Hex): Hex {
  const vs = BigInt(slice(signature, 32, 64));
  return concatHex([slice(signature, 0, 32), numberToHex(vs & ((1n << 255n) - 1n), { size: 32 }), numberToHex(27n + (vs >> 255n), { size: 1 })]);
}

inWorld('malleable signatures: an extension is refused in every other form of its signatures, and in the 65-byte form', CODED, async (world) => {
  const payer = await adversary(world, 'payer');
  const agreement = await openAgreement(world);
  const right = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: ALL });
  const extend = (signatures: Hex) => world.evm.send(payer.address, world.market, 'extend', [agreement.id, 3, signatures]);
  const [first, rest] = [slice(right, 0, 64), slice(right, 64)];
  for (const { name, signature } of forgeries(first)) await assert.doesNotReject(reverts('BadSignature', () => extend(concatHex([signature, rest]))), name);
  await assert.rejects(extend(concatHex([longForm(first), rest])));
  await reverts('BadReceipts', () => extend(concatHex([right, '0x1b'])));
  await extend(right);
  await emptyMarket(world, [agreement]);
});

inWorld('replay across chain, contract, agreement and turn: a consent to an extension is worth nothing elsewhere, and nothing twice', CODED, async (world) => {
  const payer = await adversary(world, 'payer');
  const agreement = await openAgreement(world);
  const twin = await openAgreement(world);
  const extend = (id: number, newEnd: number, signatures: Hex) => world.evm.send(payer.address, world.market, 'extend', [id, newEnd, signatures]);
  const sign = (domain: World['domain'] = world.domain) => signExtension({ ...world, domain }, { agreement: agreement.id, newEnd: 3, slots: ALL });
  for (const domain of [{ ...world.domain, chainId: 1 }, { ...world.domain, verifyingContract: world.registry.address }, { ...world.domain, name: 'Fork' }]) {
    const signatures = await sign(domain);
    await reverts('BadSignature', () => extend(agreement.id, 3, signatures));
  }
  const right = await sign();
  await reverts('BadSignature', () => extend(twin.id, 3, right));
  await reverts('BadSignature', () => extend(agreement.id, 4, right));
  await extend(agreement.id, 3, right);
  await reverts('BadTerm', () => extend(agreement.id, 3, right));
  const next = await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: ALL }, { turn: 0 });
  await reverts('BadSignature', () => extend(agreement.id, 4, next));
  await emptyMarket(world, [agreement, twin]);
});

inWorld('ERC-1271: an operator that is a contract can register but signs nothing, so no owner can take back what it signed', CODED, async (world) => {
  const owner = accountOf('owner of a contract');
  const wallet = await world.evm.deploy('ContractSigner', [owner.address]);
  const receipt = await world.evm.send(wallet.address, world.registry, 'register', [TIER.standard, 9, world.heavies[0]!.id, owner.address, '']);
  assert.equal(receipt.logs.length, 1);
  const id = await world.evm.read<number>(world.registry, 'idOf', [wallet.address]);
  await world.evm.send(world.treasury.address, world.registry, 'addStake', [id, 100n * TOKEN]);
  const node = { id, operator: owner, payout: owner.address, region: 9, parent: world.heavies[0]!.id };
  const proposal = await propose(world, { providers: [node, ...world.providers.slice(1, 4)] });
  await expectRevert(sendOpen(world, proposal), 'BadSignature', [id, owner.address, getAddress(wallet.address)]);
});

inWorld('ERC-1271: a creator that is a contract needs no signature: it opens, commits, closes and withdraws by its own calls', CODED, async (world) => {
  const { evm, market, token } = world;
  const wallet = await evm.deploy('ContractSigner', [world.creator.address]);
  await evm.send(world.treasury.address, token, 'transfer', [wallet.address, 100n * TOKEN]);
  await evm.send(wallet.address, token, 'approve', [market.address, maxUint256]);
  const agreement = await openAgreement(world, { periods: 3, creator: { address: wallet.address } as PrivateKeyAccount });
  // Its owner is not it.
  await reverts('NotCreator', () => evm.send(world.creator.address, market, 'close', [agreement.id]));
  const receipts = await signReceipts(world, { agreement: agreement.id, bundle: 0, root: zeroHash, batches: 1 }, [0, 1, 2]);
  await evm.send(wallet.address, market, 'commit', [agreement.id, zeroHash, 1, bitmap([0, 1, 2]), receipts]);
  await evm.send(wallet.address, market, 'close', [agreement.id]);
  await evm.send(wallet.address, market, 'withdraw');
  assert.equal(await balanceOf(world, wallet.address), 100n * TOKEN - agreement.cost / 3n);
  await emptyMarket(world, [agreement]);
});

inWorld('vouchers: malleable, shortened, foreign and replayed ones pay nothing', CODED, async (world) => {
  const { evm, token, registry } = world;
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const twin = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const payer = await adversary(world, 'payer', { spender: channels, tokens: 1000n });
  const open = () => evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 100n]);
  await open();
  await open();
  const by = { signer: payer, chainId: evm.chainId, channels: channels.address };
  const voucher = await signVoucher(by, { channel: 1n, total: 60n });
  const redeem = (vouchers: readonly unknown[], at: Contract = channels) => evm.send(world.treasury.address, at, 'redeem', [vouchers]);
  const s = BigInt(slice(voucher.signature, 32, 64));
  const v = Number(slice(voucher.signature, 64, 65));
  const high = concatHex([slice(voucher.signature, 0, 32), numberToHex(ORDER - s, { size: 32 }), numberToHex(v ^ 7, { size: 1 })]);
  const compact = concatHex([slice(voucher.signature, 0, 32), numberToHex(s | (BigInt(v - 27) << 255n), { size: 32 })]);
  for (const signature of [high, compact, '0x' as Hex, slice(voucher.signature, 0, 64)]) await reverts('BadVoucher', () => redeem([{ ...voucher, signature }]));
  await reverts('BadVoucher', () => redeem([{ ...voucher, channel: 2n }]));
  await reverts('NoSuchChannel', () => redeem([voucher], twin));
  for (const foreign of [{ ...by, chainId: 1 }, { ...by, channels: twin.address }]) {
    const signed = await signVoucher(foreign, { channel: 1n, total: 60n });
    await reverts('BadVoucher', () => redeem([signed]));
  }
  await redeem([voucher, voucher, voucher]);
  await redeem([voucher]);
  assert.equal(await balanceOf(world, world.providers[0]!.payout), 60n);
});

inWorld('one signature for another thing: no type of message passes for another', CODED, async (world) => {
  const payer = await adversary(world, 'payer');
  const agreement = await openAgreement(world);
  const { operator } = world.providers[0]!;
  const others = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: [1, 2, 3] });
  const receipt = await signTyped(operator, world.domain, 'Receipt', { agreement: agreement.id, bundle: 0, root: zeroHash, batches: 3, slot: 0 });
  await reverts('BadSignature', () => world.evm.send(payer.address, world.market, 'extend', [agreement.id, 3, concatHex([receipt, others])]));
  const extension = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: [0] });
  const receipts = await signReceipts(world, { agreement: agreement.id, bundle: 0, root: zeroHash, batches: 1 }, [1, 2]);
  await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'commit', [agreement.id, zeroHash, 1, 7n, concatHex([extension, receipts])]));
  await emptyMarket(world, [agreement]);
});

inWorld('somebody else\'s operator key: one node for one operator, so a copied registration is refused', CODED, async (world) => {
  await reverts('OperatorTaken', () => registerNode(world, { label: 'provider 0', tier: TIER.standard, region: 1, parent: world.heavies[0]!.id }));
});



inWorld('vouchers taken back by code (EIP-7702): a payer that turns its account into a contract still owes what its key signed', CODED, async (world) => {
  const { evm, token, registry } = world;
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const payer = await adversary(world, 'payer', { spender: channels, tokens: 1000n });
  await evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 100n]);
  const voucher = await signVoucher({ signer: payer, chainId: evm.chainId, channels: channels.address }, { channel: 1n, total: 60n });
  const nonce = Number(await evm.request<Hex>('eth_getTransactionCount', [payer.address, 'latest']));
  // The token as its code: it answers no ERC-1271 question.
  const authorization = await payer.signAuthorization({ contractAddress: token.address, chainId: evm.chainId, nonce });
  const relayer = accountOf('relayer');
  await evm.admit(relayer.address);
  const raw = await relayer.signTransaction({
    type: 'eip7702', chainId: evm.chainId, nonce: 0, gas: 200_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 0n, to: relayer.address, authorizationList: [authorization],
  });
  await evm.request('eth_sendRawTransaction', [raw]);
  await evm.goTo(evm.now() + 100);
  assert.match(await evm.request<Hex>('eth_getCode', [payer.address, 'latest']), /^0xef0100/);
  await evm.send(world.treasury.address, channels, 'redeem', [[voucher]]);
  assert.equal(await balanceOf(world, world.providers[0]!.payout), 60n);
});

inWorld('one bad voucher in a batch: redeemed one by one, it stops no other', CODED, async (world) => {
  const { evm, token, registry } = world;
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const payer = await adversary(world, 'payer', { spender: channels, tokens: 1000n });
  for (let i = 0; i < 2; i += 1) await evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 100n]);
  const by = { signer: payer, chainId: evm.chainId, channels: channels.address };
  const vouchers = [await signVoucher(by, { channel: 1n, total: 30n }), await signVoucher(by, { channel: 9n, total: 30n }), await signVoucher(by, { channel: 2n, total: 40n })];
  await reverts('NoSuchChannel', () => evm.send(world.treasury.address, channels, 'redeem', [vouchers]));
  await evm.send(world.treasury.address, channels, 'redeemEach', [vouchers]);
  assert.equal(await balanceOf(world, world.providers[0]!.payout), 70n);
});
