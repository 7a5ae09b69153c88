import { zeroAddress, zeroHash, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { Contract } from '../evm.ts';
import { signServed, signVoucher } from '../vouchers.ts';
import { TOKEN, type World } from '../world.ts';
import { equip, provider, refusal, stranger, type Provocations } from './provocation.ts';

const deploySale = (world: World, treasury: Hex) => world.evm.deploy('Sale', [world.token.address, 1000n, treasury]);
const DEPOSIT = 1000n;
const CLOSING_SECONDS = 100;

/** A channel of the stranger's to provider 0. */
async function opened(world: World): Promise<{ channels: Contract; voucher: (total: bigint, signer?: PrivateKeyAccount) => Promise<unknown> }> {
  const channels = await world.evm.deploy('Channels', [world.token.address, world.registry.address, BigInt(CLOSING_SECONDS)]);
  await equip(world, stranger.address, channels, TOKEN);
  await world.evm.send(stranger.address, channels, 'open', [provider(world).id, 0, zeroAddress, zeroHash, DEPOSIT]);
  return { channels, voucher: (total, signer = stranger) => signVoucher({ signer, chainId: world.evm.chainId, channels: channels.address }, { channel: 1n, total }) };
}

/** Sale and Channels */
export const trade: Provocations = {
  NothingPaid: async (world) => {
    const sale = await deploySale(world, world.treasury.address);
    return refusal([], () => world.evm.send(stranger.address, sale, 'buy'));
  },
  SoldOut: async (world) => {
    const sale = await deploySale(world, world.treasury.address);
    return refusal([3000n, 0n], () => world.evm.send(stranger.address, sale, 'buy', [], 3n));
  },
  NotTreasury: async (world) => {
    const sale = await deploySale(world, world.treasury.address);
    return refusal([stranger.address, world.treasury.address], () => world.evm.send(stranger.address, sale, 'collect'));
  },
  /** The token as treasury takes no coins. */
  FailedCall: async (world) => {
    const sale = await deploySale(world, world.token.address);
    return refusal([], () => world.evm.send(world.token.address, sale, 'collect'));
  },
  NoSuchChannel: async (world) => {
    const { channels } = await opened(world);
    return refusal([9n], () => world.evm.send(stranger.address, channels, 'topUp', [9n, 1n]));
  },
  NoSuchPayee: async (world) => {
    const { channels } = await opened(world);
    return refusal([99], () => world.evm.send(stranger.address, channels, 'open', [99, 0, zeroAddress, zeroHash, 1n]));
  },
  NotHeavy: async (world) => {
    const { channels } = await opened(world);
    const { id } = provider(world);
    return refusal([id], () => world.evm.send(stranger.address, channels, 'open', [id, id, zeroAddress, zeroHash, 1n]));
  },
  ZeroAmount: async (world) => {
    const { channels } = await opened(world);
    return refusal([], () => world.evm.send(stranger.address, channels, 'open', [provider(world).id, 0, zeroAddress, zeroHash, 0n]));
  },
  BadVoucher: async (world) => {
    const { channels, voucher } = await opened(world);
    const forged = await voucher(5n, world.creator);
    return refusal([1n, stranger.address], () => world.evm.send(stranger.address, channels, 'redeem', [[forged]]));
  },
  DepositShort: async (world) => {
    const { channels, voucher } = await opened(world);
    const large = await voucher(DEPOSIT + 1n);
    return refusal([1n, DEPOSIT + 1n, DEPOSIT], () => world.evm.send(stranger.address, channels, 'redeem', [[large]]));
  },
  NoSuchPool: async (world) => {
    const { channels } = await opened(world);
    return refusal([9n], () => world.evm.send(stranger.address, channels, 'fundPool', [9n, 1n]));
  },
  NotSponsor: async (world) => {
    const { channels } = await opened(world);
    return refusal([9n, stranger.address, zeroAddress], () => world.evm.send(stranger.address, channels, 'startClosingPool', [9n]));
  },
  AboveCap: async (world) => {
    const { channels } = await opened(world);
    await world.evm.send(stranger.address, channels, 'sponsor', [zeroHash, zeroAddress, 0, 10n, 100n]);
    const by = { signer: stranger, chainId: world.evm.chainId, channels: channels.address };
    const served = await signServed(by, { pool: 1n, payee: provider(world).id, servedBytes: 1n << 20n, total: 11n });
    return refusal([1n, 11n, 10n], () => world.evm.send(stranger.address, channels, 'redeemServed', [[served]]));
  },
  NotPayer: async (world) => {
    const { channels } = await opened(world);
    return refusal([1n, world.creator.address, stranger.address], () => world.evm.send(world.creator.address, channels, 'startClosing', [1n]));
  },
  NotClosing: async (world) => {
    const { channels } = await opened(world);
    return refusal([1n], () => world.evm.send(stranger.address, channels, 'close', [1n]));
  },
  StillOpen: async (world) => {
    const { channels } = await opened(world);
    await world.evm.send(stranger.address, channels, 'startClosing', [1n]);
    const closesAt = BigInt(world.evm.now() + CLOSING_SECONDS);
    return refusal(() => [1n, closesAt, BigInt(world.evm.now())], () => world.evm.send(stranger.address, channels, 'close', [1n]));
  },
};
