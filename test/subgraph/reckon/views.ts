import type { Hex } from 'viem';
import { chainAt, type ChainAt, type Request } from '../chain-at.ts';

/** Asks the chain as it was behind any block; the same question once. */
export type Views = (block: bigint) => ChainAt;

export function rememberedViews(request: Request): Views {
  const blocks = new Map<bigint, ChainAt>();
  const answers = new Map<string, Promise<Hex>>();
  const remembering: Request = <T>(method: string, params: readonly unknown[]): Promise<T> => {
    const key = JSON.stringify([method, params]);
    const known = answers.get(key) ?? request<Hex>(method, params);
    answers.set(key, known);
    return known as Promise<T>;
  };
  return (block) => {
    const known = blocks.get(block) ?? chainAt(remembering, Number(block));
    blocks.set(block, known);
    return known;
  };
}
