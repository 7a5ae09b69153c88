import type { Hex } from 'viem';
import { zeroHash } from 'viem';
import { ChainError } from './chain-errors.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Holds batches [first, first + batches) of its agreement. Bit i of `acknowledged`: slot i signed that it holds its part. */
export interface BundleState {
  readonly root: Hex;
  readonly first: number;
  readonly batches: number;
  readonly epoch: number;
  readonly acknowledged: bigint;
  /** The first epoch whose draws pass it over; 0 while it lives. */
  readonly retired: number;
}

/** Throws NO_SUCH_BUNDLE. */
export async function readBundle(chain: Chain, agreement: number, bundle: number): Promise<BundleState> {
  const { root, first, batches, epoch, acknowledged, retired } = await chain.read({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'bundleOf',
    args: [agreement, bundle],
  });
  if (root === zeroHash && batches === 0) {
    throw new ChainError('NO_SUCH_BUNDLE', `Agreement ${agreement} has no bundle ${bundle}.`, { details: { agreement, bundle } });
  }
  return { root, first, batches, epoch, acknowledged, retired };
}

/** Undefined where there is none: nothing was committed under the number, or a reorganisation took it away. */
export async function readBundleIfAny(chain: Chain, agreement: number, bundle: number): Promise<BundleState | undefined> {
  try {
    return await readBundle(chain, agreement, bundle);
  } catch (error) {
    if (error instanceof ChainError && error.code === 'NO_SUCH_BUNDLE') return undefined;
    throw error;
  }
}
