import { concatHex, keccak256, numberToHex, type Hex } from 'viem';
import type { NodeActor, World } from './world.ts';

const word = (value: bigint | number): Hex => numberToHex(value, { size: 32 });
const mapped = (key: bigint | number, base: bigint | number): bigint => BigInt(keccak256(concatHex([word(key), word(base)])));

/** Words of class sizes, 14 of 16 bits in each; as many of frozen sizes lie behind them, then the entries. */
const WORDS = 4n;
const CLASSES_PER_WORD = 14;
const SIZES = (1n << 224n) - 1n;

interface Found {
  readonly pool: bigint;
  readonly word: bigint;
  readonly shift: bigint;
}

/** A provider's pool in the market's storage, found by what it must hold: one slot. */
async function poolOf(world: World, provider: NodeActor): Promise<Found> {
  for (let base = 0; base < 40; base += 1) {
    const pool = mapped(provider.id, base);
    for (let word = 0n; word < WORDS; word += 1n) {
      const sizes = (await wordAt(world, pool + word)) & SIZES;
      const shift = Array.from({ length: CLASSES_PER_WORD }, (_, c) => BigInt(16 * c)).find((bits) => sizes === 1n << bits);
      if (shift !== undefined) return { pool, word, shift };
    }
  }
  throw new Error('the class sizes of the provider were not found');
}

async function wordAt({ evm, market }: World, at: bigint): Promise<bigint> {
  return BigInt(await evm.request<Hex>('eth_getStorageAt', [market.address, numberToHex(at), 'latest']));
}

/** Says that the class of a provider's only slot has `count` slots. */
export async function countSlots(world: World, provider: NodeActor, count: number): Promise<void> {
  const { pool, word: number, shift } = await poolOf(world, provider);
  await world.evm.request('hardhat_setStorageAt', [world.market.address, numberToHex(pool + number), word(BigInt(count) << shift)]);
}

/** Copies a provider's only slot until it has `count` of them: no chain could open ten thousand agreements in a test. */
export async function crowdPool(world: World, provider: NodeActor, count: number): Promise<void> {
  const { evm, market } = world;
  const { pool, word: number, shift } = await poolOf(world, provider);
  const key = (number * BigInt(CLASSES_PER_WORD) + shift / 16n) << 16n;
  const entries = pool + 2n * WORDS;
  const set = (at: bigint, value: bigint) => evm.request('hardhat_setStorageAt', [market.address, numberToHex(at), word(value)]);
  const entry = await wordAt(world, mapped(key, entries));
  for (let index = 1; index < count; index += 1) await set(mapped(key | BigInt(index), entries), entry);
  await countSlots(world, provider, count);
}
