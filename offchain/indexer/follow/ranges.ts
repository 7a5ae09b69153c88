import type { Address, Hex } from 'viem';
import type { Chain } from '../../chain/types.ts';
import { topicOf } from '../host/mapper.ts';
import type { BoundSource } from '../host/session.ts';
import { fetchBlocks, fetchNewest, HistoryMovedError } from './blocks.ts';
import type { Fetched, Wanted } from './blocks.ts';

/** The first range; each one is twice as long as the last, up to the setting. */
const FIRST_BLOCKS = 256;
/** More in one range: the next one is half as long, so that reading goes on beside the mappings. */
const EVENTS_PER_RANGE = 1_000;
/** The newest blocks are read one by one: nodes of one address differ in them. */
const NEWEST_BLOCKS = 8;

/** Reads range after range of blocks. */
export class Ranges {
  readonly #chain: Chain;
  readonly #wanted: Wanted;
  readonly #longestBlocks: number;
  #blocks: number;

  constructor(options: { readonly chain: Chain; readonly wanted: Wanted; readonly longestBlocks: number }) {
    this.#chain = options.chain;
    this.#wanted = options.wanted;
    this.#longestBlocks = options.longestBlocks;
    this.#blocks = Math.min(FIRST_BLOCKS, options.longestBlocks);
  }

  /** The blocks behind `block`, or the first of them; undefined where there are none. @throws what `fetchBlocks` throws */
  after(block: number, latest: number): Promise<Fetched> | undefined {
    return block >= latest ? undefined : this.#fetch(block + 1, latest);
  }

  /** Ranges that the RPC refuses are halved, down to one block. */
  async #fetch(from: number, latest: number): Promise<Fetched> {
    const settled = latest - NEWEST_BLOCKS;
    const [fetch, end] = from > settled ? [fetchNewest, latest] : [fetchBlocks, settled];
    for (;;) {
      const to = Math.min(end, from + this.#blocks - 1);
      try {
        const fetched = await fetch(this.#chain, { from, to }, this.#wanted);
        const events = fetched.blocks.reduce((sum, { logs }) => sum + logs.length, 0);
        this.#blocks = events > EVENTS_PER_RANGE ? Math.max(1, Math.ceil(this.#blocks / 2)) : Math.min(this.#longestBlocks, this.#blocks * 2);
        return fetched;
      } catch (error) {
        if (error instanceof HistoryMovedError || to === from) throw error;
        this.#blocks = Math.max(1, Math.floor((to - from + 1) / 2));
      }
    }
  }
}

export function wantedOf(sources: readonly BoundSource[]): Wanted {
  const handlers = sources.flatMap(({ eventHandlers }) => eventHandlers);
  return {
    addresses: [...new Set(sources.map(({ address }): Address => address))],
    topics: [...new Set(handlers.map(({ event }) => topicOf(event)))],
    withReceipts: new Set<Hex>(handlers.filter(({ receipt }) => receipt).map(({ event }) => topicOf(event))),
  };
}
