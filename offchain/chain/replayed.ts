/** State that events make, and that can forget the events of blocks that a reorganisation took away. */
import type { BlockTrail, Stretch } from './follow-blocks.ts';

export interface BlockEvent {
  readonly blockNumber: bigint;
}

export interface ReplayRules<S, E extends BlockEvent> {
  readonly empty: () => S;
  readonly clone: (state: S) => S;
  readonly apply: (state: S, event: E) => void;
}

/** Events of so many newest blocks are kept apart. Behind a deeper reorganisation everything is read anew. */
const KEPT_BLOCKS = 256n;

/**
 * `now` is the state with all events; beneath it lie an older state, which no reorganisation reaches any more, and the events since. What has to be forgotten is
 * left out when these are applied again.
 */
export class Replayed<S, E extends BlockEvent> {
  now: S;
  readonly #rules: ReplayRules<S, E>;
  #old: S;
  #recent: E[] = [];
  /** The last block whose events are in the old state. */
  #oldBlock = -1n;

  constructor(rules: ReplayRules<S, E>) {
    this.#rules = rules;
    this.now = rules.empty();
    this.#old = rules.empty();
  }

  /** How far back `rollBack` can go without reading everything anew. */
  get oldBlock(): bigint {
    return this.#oldBlock;
  }

  add(events: readonly E[], headBlock: bigint): void {
    for (const event of events) this.#rules.apply(this.now, event);
    this.#recent.push(...events);
    const until = headBlock - KEPT_BLOCKS;
    if (until <= this.#oldBlock) return;
    const first = this.#recent.findIndex(({ blockNumber }) => blockNumber > until);
    for (const event of this.#recent.splice(0, first === -1 ? this.#recent.length : first)) this.#rules.apply(this.#old, event);
    this.#oldBlock = until;
  }

  /** Forgets all events behind `block`; all at all where these are too old to be told apart. */
  rollBack(block: bigint): void {
    if (block < this.#oldBlock) {
      this.#old = this.#rules.empty();
      this.#oldBlock = -1n;
      this.#recent = [];
    }
    this.#recent = this.#recent.filter(({ blockNumber }) => blockNumber <= block);
    this.now = this.#rules.clone(this.#old);
    for (const event of this.#recent) this.#rules.apply(this.now, event);
  }
}

/**
 * Brings `state` up to the newest block. Events that were read while their blocks went are thrown away; the next call reads again.
 * Returns whether something was taken back.
 */
export async function follow<S, E extends BlockEvent>(trail: BlockTrail, state: Replayed<S, E>, read: (range: { fromBlock: bigint; toBlock: bigint }) => Promise<readonly E[]>): Promise<boolean> {
  const stretch = await trail.next();
  if (stretch === undefined) return false;
  const { from, head, rolledBackTo } = withinReach(stretch, state.oldBlock, trail.first);
  const events = await read({ fromBlock: from, toBlock: head.number });
  if (!(await trail.taken(stretch))) return false;
  if (rolledBackTo !== undefined) state.rollBack(rolledBackTo);
  state.add(events, head.number);
  return rolledBackTo !== undefined;
}

/** A reorganisation that reaches into the old state begins everything anew. */
function withinReach(stretch: Stretch, oldBlock: bigint, first: bigint): Stretch {
  const { rolledBackTo } = stretch;
  return rolledBackTo === undefined || rolledBackTo >= oldBlock ? stretch : { ...stretch, from: first, rolledBackTo: first - 1n };
}
