import { concatHex, keccak256, numberToHex, type Hex } from 'viem';
import type { NodeActor, World } from './world.ts';

const word = (value: bigint | number): Hex => numberToHex(value, { size: 32 });
const mapped = (key: bigint | number, base: bigint | number): bigint => BigInt(keccak256(concatHex([word(key), word(base)])));

/** A provider's pool in the market's storage: sizes, frozen, entries. Found by what it must hold: one slot. */
async function poolOf(world: World, provider: NodeActor): Promise<{ slot: bigint; shift: bigint }> {
  const { evm, market } = world;
  for (let base = 0; base < 40; base += 1) {
    const slot = mapped(provider.id, base);
    const sizes = BigInt(await evm.request<Hex>('eth_getStorageAt', [market.address, numberToHex(slot), 'latest'])) & ((1n << 224n) - 1n);
    const shift = Array.from({ length: 14 }, (_, c) => BigInt(16 * c)).find((bits) => sizes === 1n << bits);
    if (shift !== undefined) return { slot, shift };
  }
  throw new Error('the class sizes of the provider were not found');
}

/** Copies a provider's only slot until it has `count` of them: no chain could open ten thousand agreements in a test. */
export async function crowdPool(world: World, provider: NodeActor, count: number): Promise<void> {
  const { evm, market } = world;
  const { slot, shift } = await poolOf(world, provider);
  const key = (shift / 16n) << 16n;
  const set = (at: bigint, value: bigint) => evm.request('hardhat_setStorageAt', [market.address, numberToHex(at), word(value)]);
  const entry = BigInt(await evm.request<Hex>('eth_getStorageAt', [market.address, numberToHex(mapped(key, slot + 2n)), 'latest']));
  for (let index = 1; index < count; index += 1) await set(mapped(key | BigInt(index), slot + 2n), entry);
  await set(slot, BigInt(count) << shift);
}
