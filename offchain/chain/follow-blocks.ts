/** Follows the chain's blocks by their hashes, so that whoever reads events learns when some of them no longer happened. */
import type { Hex } from 'viem';
import type { Chain } from './types.ts';

/** A block whose events were taken in. */
export interface Mark {
  readonly number: bigint;
  readonly hash: Hex;
}

/** What is to be read now: the events of all blocks from `from` to `head`. */
export interface Stretch {
  readonly from: bigint;
  readonly head: Mark;
  /** The last block that both the old and the new chain have: events of later blocks were taken in and did not happen. */
  readonly rolledBackTo?: bigint;
}

/** Marks kept; a reorganisation behind all of them is answered by reading everything anew. */
const MARKS_MAX = 128;

export class BlockTrail {
  readonly #chain: Chain;
  /** Where everything begins. */
  readonly first: bigint;
  #marks: Mark[];

  /** @param options.marks as `marks` gave them in an earlier run; @param options.first where to begin without any */
  constructor(chain: Chain, options: { readonly first?: bigint; readonly marks?: readonly Mark[] } = {}) {
    this.#chain = chain;
    this.first = options.first ?? chain.deployment.fromBlock;
    this.#marks = [...(options.marks ?? [])];
  }

  /** Oldest first. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /**
   * Undefined when nothing is new, also where the address that answers is behind what was seen: it catches up, or a new chain outgrows the old one.
   * Moves nothing: that is what `taken` is for.
   */
  async next(): Promise<Stretch | undefined> {
    const { number, hash } = await this.#chain.ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' }));
    const head = { number, hash };
    const last = this.#marks.at(-1);
    if (last === undefined) return { from: this.first, head };
    if (number < last.number || hash === last.hash) return undefined;
    for (const mark of this.#marks.toReversed()) {
      if ((await hashAt(this.#chain, mark.number)) !== mark.hash) continue;
      return mark === last ? { from: mark.number + 1n, head } : { from: mark.number + 1n, head, rolledBackTo: mark.number };
    }
    return { from: this.first, head, rolledBackTo: this.first - 1n };
  }

  /** Notes that the events up to `stretch.head` were read. False when that block went meanwhile: then they are to be thrown away. */
  async taken({ head, rolledBackTo }: Stretch): Promise<boolean> {
    if ((await hashAt(this.#chain, head.number)) !== head.hash) return false;
    const kept = rolledBackTo === undefined ? this.#marks : this.#marks.filter(({ number }) => number <= rolledBackTo);
    this.#marks = [...kept, head].slice(-MARKS_MAX);
    return true;
  }
}

/** Undefined when there is no such block. */
export function hashAt(chain: Chain, blockNumber: bigint): Promise<Hex | undefined> {
  return chain.ask('a block', async (client) => {
    try {
      return (await client.getBlock({ blockNumber })).hash;
    } catch (error) {
      if (error instanceof Error && error.name === 'BlockNotFoundError') return undefined;
      throw error;
    }
  });
}
