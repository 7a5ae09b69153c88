import { zeroAddress } from 'viem';
import type { Address, Hex } from 'viem';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { channelsAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

export interface PoolTerms {
  /** keccak-256 of the ContentID. */
  readonly content: Hex;
  /** Says how much was served; the sponsor itself where absent. */
  readonly signer?: Address | undefined;
  /** The heavy node that shares the fee; 0 for none. */
  readonly heavy: number;
  /** Token units for one MiB, at most. */
  readonly maxPerMib: bigint;
  /** Token units. */
  readonly amount: bigint;
}

/** Pays for the readers of a content, whoever serves it. */
export async function sponsorPool(chain: Chain, terms: PoolTerms): Promise<{ pool: bigint }> {
  const address = contractOf(chain, 'channels');
  const { content, signer = zeroAddress, heavy, maxPerMib, amount } = terms;
  const receipt = await spendTokens(chain, { spender: address, amount }, { address, abi: channelsAbi, functionName: 'sponsor', args: [content, signer, heavy, maxPerMib, amount] });
  return { pool: eventOf(receipt, channelsAbi, 'Sponsored').pool };
}

/** Anyone may add `amount` token units to a pool; what is left when it closes is the sponsor's. */
export async function fundPool(chain: Chain, options: { pool: bigint; amount: bigint }): Promise<void> {
  const address = contractOf(chain, 'channels');
  const { pool, amount } = options;
  await spendTokens(chain, { spender: address, amount }, { address, abi: channelsAbi, functionName: 'fundPool', args: [pool, amount] });
}
