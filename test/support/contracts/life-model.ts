/** Who holds a slot from `start` until before `end`, for `rent` an epoch. */
export interface Tenure {
  readonly agreement: number;
  readonly slot: number;
  readonly creator: string;
  readonly provider: number;
  readonly heavy: number;
  readonly parent: number;
  readonly rent: bigint;
  readonly fee: bigint;
  readonly start: number;
  end: number;
  /** Epochs before this one are credited as far as they are proven. */
  settledTo: number;
  /** In which epoch the slot was taken from the provider; its missed epochs are refunded then. */
  removedAt?: number;
}

interface Stake {
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
}

export type NewTenure = Pick<Tenure, 'agreement' | 'slot' | 'creator' | 'provider' | 'heavy' | 'parent' | 'rent' | 'end'> & { readonly feeBps: number };

/** The money of market and registry the slow way: one line per slot and epoch, no rates, no bitmaps, no schedules. */
export class MoneyModel {
  readonly rules: Rules;
  readonly tenures: Tenure[] = [];
  readonly owedToNode = new Map<number, bigint>();
  readonly owedTo = new Map<string, bigint>();
  readonly stakes = new Map<number, Stake>();
  /** Of each heavy node: what its next withdrawal burns. */
  readonly toBurn = new Map<number, bigint>();
  /** Of each provider: what was taken off the fees on its earnings to be burned, ever. */
  readonly burnedFor = new Map<number, bigint>();
  burned = 0n;
  readonly #proven = new Set<string>();
  readonly #reported = new Set<string>();
  /** In which epochs a provider's rent rose from zero. */
  readonly #duties = new Map<number, number[]>();

  constructor(rules: Rules) {
    this.rules = rules;
  }

  hasProved(provider: number, epoch: number): boolean {
    return this.#proven.has(`${provider}/${epoch}`);
  }

  prove(provider: number, epoch: number): void {
    this.#proven.add(`${provider}/${epoch}`);
  }

  /** Rent per epoch that the provider has promised to earn in `epoch`. */
  rentIn(provider: number, epoch: number): bigint {
    const on = this.tenures.filter((t) => t.provider === provider && t.start <= epoch && epoch < t.end);
    return on.reduce((sum, t) => sum + t.rent, 0n);
  }

  /** Stake that may still be promised or queued. */
  freeStake(provider: number, epoch: number): bigint {
    return (this.stakes.get(provider)?.free ?? 0n) - this.rentIn(provider, epoch) * BigInt(this.rules.stakeEpochs);
  }

  isFaulted(provider: number, epoch: number): boolean {
    const since = this.#duties.get(provider)?.at(-1);
    const { faultRun } = this.rules;
    if (since === undefined || this.rentIn(provider, epoch) === 0n || epoch < since + 1 + faultRun) return false;
    for (let e = epoch - faultRun; e <= epoch; e += 1) if (this.hasProved(provider, e)) return false;
    return true;
  }

  take({ feeBps, ...tenure }: NewTenure, epoch: number): void {
    if (this.rentIn(tenure.provider, epoch) === 0n) this.#duties.set(tenure.provider, [...(this.#duties.get(tenure.provider) ?? []), epoch]);
    this.settle(tenure, epoch);
    this.tenures.push({ ...tenure, fee: (tenure.rent * BigInt(feeBps)) / 10_000n, start: epoch, settledTo: epoch });
  }

  settle({ provider, heavy, parent }: { provider: number; heavy: number; parent: number }, epoch: number): void {
    let earned = 0n;
    let fee = 0n;
    for (const t of this.tenures) {
      if (t.provider !== provider || t.heavy !== heavy || t.parent !== parent) continue;
      for (let e = t.settledTo; e < Math.min(epoch, t.end); e += 1) {
        if (!this.hasProved(provider, e)) continue;
        earned += t.rent - t.fee;
        fee += t.fee;
      }
      t.settledTo = Math.max(t.settledTo, epoch);
    }
    const burned = percent(fee, 20n);
    const parentFee = parent === heavy ? 0n : (fee - burned) / 2n;
    add(this.burnedFor, provider, burned);
    add(this.toBurn, heavy, burned);
    add(this.owedToNode, provider, earned);
    add(this.owedToNode, heavy, fee - burned - parentFee);
    add(this.owedToNode, parent, parentFee);
  }

  /** Everything owed to a node leaves, and what a heavy node's fees left to burn is burned. */
  withdrawNode(id: number): void {
    this.owedToNode.delete(id);
    this.burned += this.toBurn.get(id) ?? 0n;
    this.toBurn.delete(id);
  }

  close(agreement: number, epoch: number): void {
    const newEnd = (Math.floor(epoch / this.rules.epochsPerPeriod) + 1) * this.rules.epochsPerPeriod;
    for (const t of this.tenures) {
      if (t.agreement !== agreement || t.removedAt !== undefined) continue;
      add(this.owedTo, t.creator, t.rent * BigInt(t.end - newEnd));
      t.end = newEnd;
    }
  }

  release(t: Tenure, epoch: number): void {
    t.removedAt = epoch;
    add(this.owedTo, t.creator, t.rent * BigInt(this.#missed(t)));
  }

  replace(t: Tenure, successor: { provider: number; parent: number; rent: bigint; feeBps: number }, repairer: string, epoch: number): void {
    const { end } = t;
    this.settle(t, epoch);
    t.end = epoch;
    t.removedAt = epoch;
    add(this.owedTo, t.creator, t.rent * BigInt(this.#missed(t)) + (t.rent - successor.rent) * BigInt(end - epoch));
    const { agreement, slot, creator, heavy } = t;
    this.take({ agreement, slot, creator, heavy, end, ...successor }, epoch);
    const taken = this.#slash(t.provider, t.rent * BigInt(this.rules.slashEpochs));
    const parts = { creator: percent(taken, 50n), repairer: percent(taken, 25n), successor: percent(taken, 15n) };
    add(this.owedTo, creator, parts.creator);
    add(this.owedTo, repairer, parts.repairer);
    add(this.owedToNode, successor.provider, parts.successor);
    this.burned += taken - parts.creator - parts.repairer - parts.successor;
  }

  report(provider: number, period: number, reporter: string): void {
    const { epochsPerPeriod, missAllowance, penaltyEpochs } = this.rules;
    const to = (period + 1) * epochsPerPeriod;
    const since = (this.#duties.get(provider) ?? []).filter((epoch) => epoch < to).at(-1);
    if (since === undefined || this.#reported.has(`${provider}/${period}`)) return;
    let misses = 0;
    for (let e = Math.max(period * epochsPerPeriod, since + 1); e < to; e += 1) if (!this.hasProved(provider, e)) misses += 1;
    const rent = this.rentIn(provider, to - 1);
    if (rent === 0n || misses <= missAllowance) return;
    this.#reported.add(`${provider}/${period}`);
    const taken = this.#slash(provider, BigInt((misses - missAllowance) * penaltyEpochs) * rent);
    add(this.owedTo, reporter, percent(taken, 10n));
    this.burned += taken - percent(taken, 10n);
  }

  queue(provider: number, amount: bigint, epoch: number): void {
    const stake = this.stakes.get(provider)!;
    this.stakes.set(provider, { free: stake.free - amount, queued: stake.queued + amount, readyAt: epoch + this.rules.withdrawalEpochs });
  }

  /** What is paid for and neither credited nor refunded yet: still to be earned, or to be refunded. */
  pending(): bigint {
    let total = 0n;
    for (const t of this.tenures) {
      for (let e = t.start; e < t.end; e += 1) {
        const isProven = this.hasProved(t.provider, e);
        const isGone = isProven ? e < t.settledTo : t.removedAt !== undefined;
        if (!isGone) total += t.rent;
      }
    }
    return total;
  }

  claims(): bigint {
    return [...this.owedToNode.values(), ...this.owedTo.values(), ...this.toBurn.values()].reduce((sum, amount) => sum + amount, this.pending());
  }

  staked(): bigint {
    return [...this.stakes.values()].reduce((sum, { free, queued }) => sum + free + queued, 0n);
  }

  #missed(t: Tenure): number {
    let missed = 0;
    for (let e = t.start; e < t.end; e += 1) if (!this.hasProved(t.provider, e)) missed += 1;
    return missed;
  }

  #slash(provider: number, amount: bigint): bigint {
    const stake = this.stakes.get(provider)!;
    const fromFree = min(amount, stake.free);
    const fromQueued = min(amount - fromFree, stake.queued);
    stake.free -= fromFree;
    stake.queued -= fromQueued;
    return fromFree + fromQueued;
  }
}

function add<K>(amounts: Map<K, bigint>, owner: K, amount: bigint): void {
  amounts.set(owner, (amounts.get(owner) ?? 0n) + amount);
}

function percent(amount: bigint, share: bigint): bigint {
  return (amount * share) / 100n;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
