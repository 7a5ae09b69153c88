import { expect } from 'vitest';
import { HoldfastError } from '../../offchain/wire/errors.ts';

/** Every beginning of `bytes`, the empty one first, the whole left out. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += 1) yield bytes.slice(0, length);
}

/** `bytes` with one bit turned over, for every bit; `step` > 1 leaves bits out, so that large inputs stay quick. */
export function* flips(bytes: Uint8Array, step = 1): Generator<{ bit: number; bytes: Uint8Array }> {
  for (let bit = 0; bit < bytes.length * 8; bit += step) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield { bit, bytes: flipped };
  }
}

/** `count` inputs of random length, from the seed. */
export function* garbage(noise: (sizeBytes: number, seed: number) => Uint8Array, count: number, maxBytes = 600): Generator<Uint8Array> {
  for (let seed = 1; seed <= count; seed += 1) yield noise((seed * 7919) % maxBytes, seed);
}

/** What the call returns, or undefined when it threw an error made on purpose. Any other error fails the test. */
export function typed<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    expectTyped(error);
    return undefined;
  }
}

export async function typedLater<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    expectTyped(error);
    return undefined;
  }
}

function expectTyped(error: unknown): void {
  if (!(error instanceof HoldfastError)) throw new Error('an error that nobody made on purpose', { cause: error });
  expect(error.code).toMatch(/^[A-Z0-9_]+$/);
  expect(error.shortMessage.length).toBeLessThan(2000);
}

/** Asserts that the call, whatever comes of it, holds no more than this at its end: garbage included, so choose it generously. */
export async function within(maxMiB: number, call: () => unknown): Promise<void> {
  const used = () => {
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };
  const before = used();
  await call();
  expect(used() - before).toBeLessThan(maxMiB);
}
