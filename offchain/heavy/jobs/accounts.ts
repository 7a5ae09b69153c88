/** The accounts of the running month, in memory and written behind; a crash forgets seconds. */
import type { Clock } from '../../chain/epoch.ts';
import { epochAt, epochStart, periodOf, periodStart } from '../../chain/epoch.ts';
import type { Store } from '../../store/open.ts';
import { PERIODS_PER_MONTH, monthOf } from '../../wire/jobs.ts';
import type { WorkerPromise } from '../../wire/jobs.ts';
import { leasesOf, nextFactor } from './account.ts';
import type { Measure } from './account.ts';
import { EXPIRED_WEIGHT, GIVEN_BACK_WEIGHT, WRONG_WEIGHT } from './limits.ts';

/** A row of WorkerAccount; `promisedSeconds` without the running promise, see `promisedBy`. */
export interface Account extends Measure {
  readonly worker: string;
  readonly month: number;
  readonly payout: string;
  readonly cores: number;
  readonly percent: number;
  readonly sequence: bigint;
  readonly sinceSeconds: number;
  readonly jobs: number;
  readonly wrong: number;
  readonly expired: number;
  readonly good: number;
  readonly bad: number;
  readonly factor: number;
}

export interface Accounts {
  /** Takes a promise for the running month. False when a newer one is known. */
  promise(promise: WorkerPromise, nowSeconds: number): Promise<boolean>;
  /** Of the running month; undefined for whoever promised nothing for it. */
  of(worker: string, nowSeconds: number): Account | undefined;
  /** Everybody known of the running month, or of the one just over. */
  all(): readonly Account[];
  /** Everybody whose promise holds and who may get work. */
  promisers(nowSeconds: number): readonly Account[];
  delivered(worker: string, seconds: number): void;
  /** `seconds` were on offer and not done; the outcome says why. */
  missed(worker: string, seconds: number, outcome?: 'wrong' | 'expired' | 'given-back'): void;
  flush(): Promise<void>;
}

export function monthAt(clock: Clock, nowSeconds: number): number {
  return monthOf(periodOf(clock, epochAt(clock, nowSeconds)));
}

/** The second in which `month` begins. */
export function monthStart(clock: Clock, month: number): number {
  return epochStart(clock, periodStart(clock, month * PERIODS_PER_MONTH));
}

/** CPU-seconds promised up to `nowSeconds`, or to the end of the month. */
export function promisedBy(account: Pick<Account, 'promisedSeconds' | 'sinceSeconds' | 'cores' | 'percent' | 'month'>, clock: Clock, nowSeconds: number): number {
  const { promisedSeconds, sinceSeconds, cores, percent, month } = account;
  if (sinceSeconds === 0) return promisedSeconds;
  const untilSeconds = Math.min(nowSeconds, monthStart(clock, month + 1));
  return promisedSeconds + (Math.max(0, untilSeconds - sinceSeconds) * cores * percent) / 100;
}

export async function createAccounts({ store, clock, nowSeconds }: { readonly store: Store; readonly clock: Clock; readonly nowSeconds: number }): Promise<Accounts> {
  const kept = new Map<string, Account>();
  const dirty = new Set<string>();
  for (const row of await store.workerAccount.findMany({ where: { month: monthAt(clock, nowSeconds) } })) kept.set(row.worker, row);
  let writing: Promise<void> = Promise.resolve();

  const change = (worker: string, changes: (account: Account) => Partial<Account>): void => {
    const account = kept.get(worker.toLowerCase());
    if (account === undefined) return;
    kept.set(account.worker, { ...account, ...changes(account) });
    dirty.add(account.worker);
  };
  /** What the newest earlier month leaves: half of the outcomes, and the factor. */
  const inherited = async (worker: string, month: number): Promise<Pick<Account, 'good' | 'bad' | 'factor'>> => {
    const last = await store.workerAccount.findFirst({ where: { worker, month: { lt: month } }, orderBy: { month: 'desc' } });
    if (last === null) return { good: 0, bad: 0, factor: 1 };
    const promisedSeconds = promisedBy(last, clock, monthStart(clock, last.month + 1));
    return { good: last.good / 2, bad: last.bad / 2, factor: nextFactor({ ...last, promisedSeconds }, last.factor) };
  };
  const write = async (): Promise<void> => {
    for (const worker of [...dirty]) {
      dirty.delete(worker);
      const account = kept.get(worker);
      if (account === undefined) continue;
      const { month, ...rest } = account;
      // Rows of the end of the month are written by payday alone.
      await store.workerAccount.updateMany({ where: { worker, month, state: 'open' }, data: rest });
    }
  };
  const flush = (): Promise<void> => (writing = writing.catch(() => undefined).then(write));

  return {
    flush,
    async promise(promise, nowSeconds) {
      const worker = promise.worker.toLowerCase();
      const { month } = promise;
      const before = kept.get(worker);
      if (before !== undefined && before.month !== month) await flush();
      const known = before?.month === month ? before : await store.workerAccount.findUnique({ where: { worker_month: { worker, month } } });
      if (known !== null && known.sequence >= BigInt(promise.sequence)) return false;
      const terms = { payout: promise.payout.toLowerCase(), cores: promise.cores, percent: promise.percent, sequence: BigInt(promise.sequence), sinceSeconds: Math.floor(nowSeconds) };
      if (known === null) {
        kept.set(worker, await store.workerAccount.create({ data: { worker, month, ...terms, ...(await inherited(worker, month)), promisedSeconds: 0 } }));
        return true;
      }
      const next = { ...known, ...terms, promisedSeconds: promisedBy(known, clock, nowSeconds) };
      kept.set(worker, next);
      // A promise counts from when it is durable: a replay after a crash must be seen as one.
      await store.workerAccount.update({ where: { worker_month: { worker, month } }, data: { ...terms, promisedSeconds: next.promisedSeconds } });
      return true;
    },
    of(worker, nowSeconds) {
      const account = kept.get(worker.toLowerCase());
      return account?.month === monthAt(clock, nowSeconds) ? account : undefined;
    },
    all: () => [...kept.values()],
    promisers: (nowSeconds) => [...kept.values()].filter((account) => account.month === monthAt(clock, nowSeconds) && leasesOf(account) > 0),
    delivered: (worker, seconds) => change(worker, (account) => ({ deliveredSeconds: account.deliveredSeconds + seconds, jobs: account.jobs + 1, good: account.good + 1 })),
    missed: (worker, seconds, outcome) =>
      change(worker, (account) => ({
        missedSeconds: account.missedSeconds + seconds,
        ...(outcome === 'wrong' ? { wrong: account.wrong + 1, bad: account.bad + WRONG_WEIGHT } : {}),
        ...(outcome === 'expired' ? { expired: account.expired + 1, bad: account.bad + EXPIRED_WEIGHT } : {}),
        ...(outcome === 'given-back' ? { bad: account.bad + GIVEN_BACK_WEIGHT } : {}),
      })),
  };
}
