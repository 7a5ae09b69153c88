/** Who holds a slot from `start` until before `end`, for `rent` an epoch. */
export interface Tenure {
  readonly agreement: number;
  readonly slot: number;
  readonly creator: string;
  readonly provider: number;
  readonly heavy: number;
  readonly parent: number;
  readonly rent: bigint;
  readonly feeBps: number;
  readonly start: number;
  end: number;
  /** Epochs before this one are credited as far as they are proven. */
  settledTo: number;
  /** In which epoch the slot was taken from the provider; its missed epochs are refunded then. */
  removedAt?: number;
}

/** A slot without a provider, and what waits in it. */
export interface Vacancy {
  readonly agreement: number;
  readonly slot: number;
  readonly creator: string;
  readonly heavy: number;
  readonly feeBps: number;
  readonly rent: bigint;
  readonly since: number;
  end: number;
  /** For repairer and successor. */
  readonly reward: bigint;
  readonly from: number;
}

export interface Bond {
  readonly challenger: string;
  readonly amount: bigint;
}

export interface Stake {
  free: bigint;
  queued: bigint;
  readyAt: number;
}

export interface Rules {
  readonly epochsPerPeriod: number;
  readonly stakeEpochs: number;
  readonly withdrawalEpochs: number;
  readonly missAllowance: number;
  readonly penaltyEpochs: number;
  readonly faultRun: number;
  readonly slashEpochs: number;
  readonly answerEpochs: number;
  readonly ackEpochs: number;
}

/** Percent of a fee that is burned. */
export const BURN_SHARE = 20n;
/** Percent of what is slashed with a slot. */
export const SHARES = { creator: 50n, repairer: 25n, successor: 15n } as const;
export const REPORTER_SHARE = 10n;

export function add<K>(amounts: Map<K, bigint>, owner: K, amount: bigint): void {
  amounts.set(owner, (amounts.get(owner) ?? 0n) + amount);
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** Rounds down. */
export function percent(amount: bigint, share: bigint): bigint {
  return (amount * share) / 100n;
}

/** Up to `amount`, free stake before queued; returns what was taken. */
export function slash(stake: Stake, amount: bigint): bigint {
  const fromFree = amount < stake.free ? amount : stake.free;
  const rest = amount - fromFree;
  const fromQueued = rest < stake.queued ? rest : stake.queued;
  stake.free -= fromFree;
  stake.queued -= fromQueued;
  return fromFree + fromQueued;
}

/** Epochs that are ticked off, a byte each. */
export class EpochMarks {
  #marks = new Uint8Array(64);

  has(epoch: number): boolean {
    return this.#marks[epoch] === 1;
  }

  add(epoch: number): void {
    if (epoch >= this.#marks.length) {
      const longer = new Uint8Array(2 * epoch);
      longer.set(this.#marks);
      this.#marks = longer;
    }
    this.#marks[epoch] = 1;
  }
}

/** Items under a key, in the order in which they came. */
export class Shelf<T> {
  readonly #items = new Map<number, T[]>();

  of(key: number): readonly T[] {
    return this.#items.get(key) ?? [];
  }

  put(key: number, item: T): void {
    const items = this.#items.get(key);
    if (items === undefined) this.#items.set(key, [item]);
    else items.push(item);
  }
}
