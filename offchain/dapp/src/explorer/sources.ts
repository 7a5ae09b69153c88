/** Where a page's facts come from: the index where it answers, else the chain itself, as far as that is cheap. */
import type { z } from 'zod';
import type { Chain } from '../../../chain/types.ts';

/** As `QueryEndpoint.ask` of ../state/graph.ts. */
export type Ask = <T>(question: { readonly query: string; readonly variables?: Readonly<Record<string, string | number | boolean | null | readonly string[] | readonly number[] | object>>; readonly schema: z.ZodType<T> }, signal?: AbortSignal) => Promise<T>;

export interface Sources {
  readonly chain: Chain;
  /** Undefined: no index is configured. */
  readonly ask?: Ask | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `chain`: the index is away, so the answer may lack what lies long ago. */
export interface Sourced<T> {
  readonly value: T;
  readonly from: 'index' | 'chain';
}

/** Any failure of the index is answered by the chain; a failure of the chain is the page's failure. */
export async function fromIndexOrChain<T>({ ask, signal }: Sources, ofIndex: (ask: Ask) => Promise<T>, ofChain: () => Promise<T>): Promise<Sourced<T>> {
  if (ask !== undefined) {
    try {
      return { value: await ofIndex(ask), from: 'index' };
    } catch {
      signal?.throwIfAborted();
    }
  }
  return { value: await ofChain(), from: 'chain' };
}
