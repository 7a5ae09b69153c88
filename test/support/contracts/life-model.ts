import { add, BURN_SHARE, EpochMarks, percent, REPORTER_SHARE, SHARES, Shelf, slash, sum, type Bond, type Rules, type Stake, type Tenure, type Vacancy } from './life-ledger.ts';

export type NewTenure = Omit<Tenure, 'start' | 'settledTo' | 'removedAt'>;
export type Successor = Pick<Tenure, 'provider' | 'parent' | 'rent'>;
type Rail = Pick<Tenure, 'provider' | 'heavy' | 'parent'>;

/** The money of market and registry the slow way: one line per slot and epoch, no rates, no bitmaps, no schedules. */
export class MoneyModel {
  readonly rules: Rules;
  readonly tenures: Tenure[] = [];
  readonly vacancies: Vacancy[] = [];
  readonly owedToNode = new Map<number, bigint>();
  readonly owedTo = new Map<string, bigint>();
  readonly pots = new Map<number, bigint>();
  readonly bonds = new Map<bigint, Bond>();
  readonly stakes = new Map<number, Stake>();
  /** Of each heavy node: what its next withdrawal burns. */
  readonly toBurn = new Map<number, bigint>();
  /** Of each provider: what was taken off the fees on its earnings to be burned, ever. */
  readonly burnedFor = new Map<number, bigint>();
  burned = 0n;
  /** The same tenures by provider and by agreement, so that a simulation of years can ask as often as it likes. */
  readonly #ofProvider = new Shelf<Tenure>();
  readonly #ofAgreement = new Shelf<Tenure>();
  readonly #proven = new Map<number, EpochMarks>();
  readonly #reported = new Set<string>();
  /** In which epochs a provider's rent rose from zero. */
  readonly #duties = new Map<number, number[]>();
  readonly #locked = new Set<number>();

  constructor(rules: Rules) {
    this.rules = rules;
  }

  /* ---------------------------------------------------------------- proofs and duties */

  hasProved(provider: number, epoch: number): boolean {
    return this.#proven.get(provider)?.has(epoch) ?? false;
  }

  prove(provider: number, epoch: number): void {
    let marks = this.#proven.get(provider);
    if (marks === undefined) this.#proven.set(provider, (marks = new EpochMarks()));
    marks.add(epoch);
  }

  /** Rent per epoch that the provider has promised to earn in `epoch`. */
  rentIn(provider: number, epoch: number): bigint {
    return sum(this.#ofProvider.of(provider).filter((t) => t.start <= epoch && epoch < t.end).map((t) => t.rent));
  }

  /** Stake that may still be promised or queued. */
  freeStake(provider: number, epoch: number): bigint {
    return this.stakes.get(provider)!.free - this.rentIn(provider, epoch) * BigInt(this.rules.stakeEpochs);
  }

  isFaulted(provider: number, epoch: number): boolean {
    const since = this.#duties.get(provider)?.at(-1);
    const { faultRun } = this.rules;
    if (since === undefined || this.rentIn(provider, epoch) === 0n || epoch < since + 1 + faultRun) return false;
    for (let e = epoch - faultRun; e <= epoch; e += 1) if (this.hasProved(provider, e)) return false;
    return true;
  }

  held(): Tenure[] {
    return this.tenures.filter((t) => t.removedAt === undefined);
  }

  /* ---------------------------------------------------------------- agreements */

  take(tenure: NewTenure, epoch: number): void {
    if (this.rentIn(tenure.provider, epoch) === 0n) this.#duties.set(tenure.provider, [...(this.#duties.get(tenure.provider) ?? []), epoch]);
    this.settle(tenure, epoch);
    this.#keep({ ...tenure, start: epoch, settledTo: epoch });
  }

  /** The slot goes on for more rent; what was missed so far comes back. Duty goes on too. */
  /** @returns the slot's tenure from now on */
  grow(t: Tenure, rent: bigint, epoch: number): Tenure {
    const grown = { ...t, rent: t.rent + rent, start: epoch, settledTo: epoch };
    this.#leave(t, epoch);
    this.#keep(grown);
    return grown;
  }

  /** @returns what the extension costs */
  extend(agreement: number, newEnd: number): bigint {
    return sum(this.#moveEnd(agreement, newEnd).map(({ rent, epochs }) => rent * BigInt(epochs)));
  }

  close(agreement: number, epoch: number): void {
    const newEnd = (Math.floor(epoch / this.rules.epochsPerPeriod) + 1) * this.rules.epochsPerPeriod;
    for (const { creator, rent, epochs } of this.#moveEnd(agreement, newEnd)) this.#refund(agreement, creator, rent * BigInt(-epochs));
  }

  release(t: Tenure, epoch: number): void {
    t.removedAt = epoch;
    this.#refund(t.agreement, t.creator, t.rent * BigInt(this.#missed(t)));
  }

  /** The agreement ended without a successor. */
  dissolve(v: Vacancy): void {
    this.#forget(v);
    this.#refund(v.agreement, v.creator, v.rent * BigInt(v.end - v.since) + v.reward);
  }

  /* ---------------------------------------------------------------- pay */

  settle({ provider, heavy, parent }: Rail, epoch: number): void {
    let earned = 0n;
    let fee = 0n;
    for (const t of this.#ofProvider.of(provider)) {
      if (t.heavy !== heavy || t.parent !== parent) continue;
      const slotFee = (t.rent * BigInt(t.feeBps)) / 10_000n;
      for (let e = t.settledTo; e < Math.min(epoch, t.end); e += 1) {
        if (!this.hasProved(provider, e)) continue;
        earned += t.rent - slotFee;
        fee += slotFee;
      }
      t.settledTo = Math.max(t.settledTo, epoch);
    }
    const burned = percent(fee, BURN_SHARE);
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

  /* ---------------------------------------------------------------- slots that change hands */

  /** The provider loses the slot and `slashEpochs` of its rent; what has no owner goes to `finder`, or is burned. */
  vacate(t: Tenure, slashEpochs: number, epoch: number, finder?: string): Vacancy {
    const { end, agreement, slot, creator, heavy, feeBps, rent, provider: from } = t;
    this.#leave(t, epoch);
    const taken = slash(this.stakes.get(from)!, rent * BigInt(slashEpochs));
    const compensation = percent(taken, SHARES.creator);
    const reward = percent(taken, SHARES.repairer) + percent(taken, SHARES.successor);
    this.#refund(agreement, creator, compensation);
    if (finder === undefined) this.burned += taken - compensation - reward;
    else add(this.owedTo, finder, taken - compensation - reward);
    const vacancy = { agreement, slot, creator, heavy, feeBps, rent, since: epoch, end, reward, from };
    this.vacancies.push(vacancy);
    return vacancy;
  }

  fill(v: Vacancy, successor: Successor, repairer: string, epoch: number): void {
    this.#forget(v);
    const { agreement, slot, creator, heavy, feeBps, end } = v;
    this.take({ agreement, slot, creator, heavy, feeBps, end, ...successor }, epoch);
    // In its last period the reward is worth the part of the period that is left; the rest is the creator's.
    const { epochsPerPeriod } = this.rules;
    const reward = end - epoch < epochsPerPeriod ? (v.reward * BigInt(end - epoch)) / BigInt(epochsPerPeriod) : v.reward;
    const premium = (reward * SHARES.successor) / (SHARES.repairer + SHARES.successor);
    add(this.owedToNode, successor.provider, premium);
    add(this.owedTo, repairer, reward - premium);
    this.#refund(agreement, creator, v.rent * BigInt(epoch - v.since) + (v.rent - successor.rent) * BigInt(end - epoch) + v.reward - reward);
  }

  /** Epochs of rent that leaving without a fault costs: the misses of this period, of this tenure. */
  penaltySoFar(t: Tenure, epoch: number): number {
    const { epochsPerPeriod } = this.rules;
    let misses = 0;
    for (let e = Math.max(epoch - (epoch % epochsPerPeriod), t.start + 1); e < epoch; e += 1) if (!this.hasProved(t.provider, e)) misses += 1;
    return this.#penalty(misses);
  }

  report(provider: number, period: number, reporter: string): void {
    const { epochsPerPeriod } = this.rules;
    const to = (period + 1) * epochsPerPeriod;
    const since = (this.#duties.get(provider) ?? []).filter((epoch) => epoch < to).at(-1);
    if (since === undefined || this.#reported.has(`${provider}/${period}`)) return;
    let misses = 0;
    for (let e = Math.max(period * epochsPerPeriod, since + 1); e < to; e += 1) if (!this.hasProved(provider, e)) misses += 1;
    const rent = this.rentIn(provider, to - 1);
    const epochs = this.#penalty(misses);
    if (rent === 0n || epochs === 0) return;
    this.#reported.add(`${provider}/${period}`);
    const taken = slash(this.stakes.get(provider)!, BigInt(epochs) * rent);
    add(this.owedTo, reporter, percent(taken, REPORTER_SHARE));
    this.burned += taken - percent(taken, REPORTER_SHARE);
  }

  /* ---------------------------------------------------------------- pots, bonds, stake */

  /** For good: refunds go to the pot. */
  lock(agreement: number): void {
    this.#locked.add(agreement);
  }

  isLocked(agreement: number): boolean {
    return this.#locked.has(agreement);
  }

  takePot(agreement: number, creator: string, amount: bigint): void {
    add(this.pots, agreement, -amount);
    add(this.owedTo, creator, amount);
  }

  /** The bond goes back to the challenger, or to the provider that answered. */
  resolve(challenge: bigint, winner?: number): void {
    const { challenger, amount } = this.bonds.get(challenge)!;
    this.bonds.delete(challenge);
    if (winner === undefined) add(this.owedTo, challenger, amount);
    else add(this.owedToNode, winner, amount);
  }

  queue(provider: number, amount: bigint, epoch: number): void {
    const stake = this.stakes.get(provider)!;
    this.stakes.set(provider, { free: stake.free - amount, queued: stake.queued + amount, readyAt: epoch + this.rules.withdrawalEpochs });
  }

  /* ---------------------------------------------------------------- what everything adds up to */

  /** What is paid for and neither credited nor refunded yet: still to be earned, or to be refunded. */
  pending(): bigint {
    let total = sum(this.vacancies.map((v) => v.rent * BigInt(v.end - v.since) + v.reward));
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
    const owed = [this.owedToNode, this.owedTo, this.toBurn, this.pots].map((amounts) => sum(amounts.values()));
    return this.pending() + sum(owed) + sum([...this.bonds.values()].map(({ amount }) => amount));
  }

  staked(): bigint {
    return sum([...this.stakes.values()].map(({ free, queued }) => free + queued));
  }

  /* ---------------------------------------------------------------- inside */

  #keep(tenure: Tenure): void {
    this.tenures.push(tenure);
    this.#ofProvider.put(tenure.provider, tenure);
    this.#ofAgreement.put(tenure.agreement, tenure);
  }

  #leave(t: Tenure, epoch: number): void {
    this.settle(t, epoch);
    t.end = epoch;
    this.release(t, epoch);
  }

  #refund(agreement: number, creator: string, amount: bigint): void {
    if (this.isLocked(agreement)) add(this.pots, agreement, amount);
    else add(this.owedTo, creator, amount);
  }

  #penalty(misses: number): number {
    return Math.max(0, misses - this.rules.missAllowance) * this.rules.penaltyEpochs;
  }

  #moveEnd(agreement: number, newEnd: number): { creator: string; rent: bigint; epochs: number }[] {
    const held = this.#ofAgreement.of(agreement).filter(({ removedAt }) => removedAt === undefined);
    const open = [...held, ...this.vacancies.filter((one) => one.agreement === agreement)];
    return open.map((one) => {
      const epochs = newEnd - one.end;
      one.end = newEnd;
      return { creator: one.creator, rent: one.rent, epochs };
    });
  }

  #forget(v: Vacancy): void {
    this.vacancies.splice(this.vacancies.indexOf(v), 1);
  }

  #missed(t: Tenure): number {
    let missed = 0;
    for (let e = t.start; e < t.end; e += 1) if (!this.hasProved(t.provider, e)) missed += 1;
    return missed;
  }
}
