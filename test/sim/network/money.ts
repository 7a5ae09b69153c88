import { MoneyModel } from '../../support/contracts/life-model.ts';
import type { Rules, Tenure, Vacancy } from '../../support/contracts/life-ledger.ts';

const SUPPLY = 10n ** 9n * 10n ** 18n;

/** The books of market and registry (the model that is fuzzed against the contracts), and the purses outside of them. */
export class Money {
  readonly model: MoneyModel;
  /** Tokens that neither market nor registry hold. */
  #outside = SUPPLY;
  readonly #paid = new Map<number, bigint>();
  readonly #slashed = new Map<number, bigint>();

  constructor(rules: Rules) {
    this.model = new MoneyModel(rules);
  }

  /** A creator prepays. */
  prepay(amount: bigint): void {
    this.#outside -= amount;
  }

  stake(id: number, amount: bigint): void {
    this.#outside -= amount;
    this.model.stakes.set(id, { free: amount, queued: 0n, readyAt: 0 });
  }

  stakeOf(id: number): bigint {
    const { free, queued } = this.model.stakes.get(id)!;
    return free + queued;
  }

  withdrawNode(id: number): void {
    const owed = this.model.owedToNode.get(id) ?? 0n;
    this.#outside += owed;
    this.#paid.set(id, (this.#paid.get(id) ?? 0n) + owed);
    this.model.withdrawNode(id);
  }

  withdrawAccounts(): void {
    for (const [account, amount] of this.model.owedTo) {
      this.#outside += amount;
      this.model.owedTo.delete(account);
    }
  }

  vacate(tenure: Tenure, slashEpochs: number, epoch: number): Vacancy {
    return this.#watching(tenure.provider, () => this.model.vacate(tenure, slashEpochs, epoch));
  }

  /** @returns what was slashed */
  report(id: number, period: number): bigint {
    const before = this.stakeOf(id);
    this.#watching(id, () => this.model.report(id, period, 'reporter'));
    return before - this.stakeOf(id);
  }

  /** Token units that ever came to this node. */
  earned(id: number): bigint {
    return (this.#paid.get(id) ?? 0n) + (this.model.owedToNode.get(id) ?? 0n);
  }

  slashed(id: number): bigint {
    return this.#slashed.get(id) ?? 0n;
  }

  /** Token units that are too many or missing in the world; 0n when money is conserved. */
  imbalance(): bigint {
    const { model } = this;
    return this.#outside + model.claims() + model.staked() + model.burned - SUPPLY;
  }

  #watching<T>(id: number, act: () => T): T {
    const before = this.stakeOf(id);
    const result = act();
    this.#slashed.set(id, this.slashed(id) + before - this.stakeOf(id));
    return result;
  }
}
