// usage: imported by match.ts and match-signers.ts: keys, prices and addresses of the providers of a benchmark, by their number.
import { keccak256, numberToHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { PrivateKeyAccount } from 'viem/accounts';

/** The protocol's smallest rent per slot and epoch is 2^33. */
const LEAST_PRICE = 2n ** 34n;

export function providerAccount(number: number): PrivateKeyAccount {
  return privateKeyToAccount(keccak256(numberToHex(number, { size: 32 })));
}

/** Token units per batch and epoch: spread over a factor of four, in no order. */
export function askedPrice(number: number): bigint {
  return LEAST_PRICE + (LEAST_PRICE * BigInt((number * 7_919) % 30_011)) / 10_000n;
}
