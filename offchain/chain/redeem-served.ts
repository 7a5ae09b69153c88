import { getAbiItem, parseEventLogs } from 'viem';
import type { Hex } from 'viem';
import { expandSignature } from '../wire/compact-signature.ts';
import { contractOf } from './contracts-of.ts';
import { channelsAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

const SPONSORED_READ = getAbiItem({ abi: channelsAbi, name: 'SponsoredRead' });

/** What the signer of a pool says that a node served so far. */
export interface SignedServed {
  readonly pool: bigint;
  readonly payee: number;
  readonly servedBytes: bigint;
  /** Token units so far. */
  readonly total: bigint;
  /** 64 bytes (EIP-2098). */
  readonly signature: Hex;
}

/** Redeems what nodes served out of pools, as far as the pools reach; one that is refused stops all. `amount`: token units, heavy nodes' shares included. */
export async function redeemServed(chain: Chain, list: readonly SignedServed[]): Promise<{ pool: bigint; amount: bigint }[]> {
  const args = [list.map((one) => ({ ...one, signature: expandSignature(one.signature) }))] as const;
  const receipt = await chain.send({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'redeemServed', args });
  return parseEventLogs({ abi: channelsAbi, eventName: 'SponsoredRead', logs: receipt.logs }).map(({ args: { pool, amount } }) => ({ pool, amount }));
}

/** What a pool has paid to a node so far, in token units. */
export async function paidFromPool(chain: Chain, of: { pool: bigint; payee: number }): Promise<bigint> {
  const logs = await readLogs(chain, { event: SPONSORED_READ, args: of, address: contractOf(chain, 'channels') });
  return logs.reduce((sum, log) => sum + log.args.amount, 0n);
}
