/** Where the history of the index and that of the chain part. */
import { hashAt } from '../../chain/follow-blocks.ts';
import type { Chain } from '../../chain/types.ts';
import type { BlockMark } from '../store/state.ts';
import { HistoryMovedError } from './blocks.ts';

/** @throws HistoryMovedError when the chain knows no block of that number: whoever answers lags, and has said nothing of another history */
export async function isOnChain(chain: Chain, mark: BlockMark): Promise<boolean> {
  const hash = await hashAt(chain, BigInt(mark.number));
  if (hash === undefined) throw new HistoryMovedError(`the chain does not tell its block ${mark.number}`);
  return hash === mark.hash;
}

/** The first of `marks`, newest first, that the chain has. */
export async function lastCommon(chain: Chain, marks: readonly BlockMark[]): Promise<BlockMark | undefined> {
  for (const mark of marks) if (await isOnChain(chain, mark)) return mark;
  return undefined;
}
