/** Jobs on offer and on lease. A result counts once it is verified; whoever is late, wrong or silent loses the job to another worker. */
import { randomBytes } from 'node:crypto';
import type { LeasedJob } from '../../wire/jobs.ts';
import { TooLargeError } from '../../wire/http-errors.ts';
import { leasesOf, trustOf } from './account.ts';
import type { Account, Accounts } from './accounts.ts';
import { NoSuchLeaseError } from './errors.ts';
import type { Board, Ending, Job } from './job.ts';
import { ATTEMPTS_MAX, LEASE_BYTES_PER_SECOND, LEASE_MAX_MS, QUEUE_MAX } from './limits.ts';

export interface BoardOptions {
  readonly accounts: Accounts;
  readonly isHere: (worker: string) => boolean;
  readonly nowSeconds: () => Promise<number>;
  readonly leaseMs: number;
  readonly note: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface Entry {
  readonly job: Job<unknown>;
  readonly waitMs: number;
  readonly tried: Set<string>;
  readonly end: (ending: Ending<unknown>) => void;
  isOver: boolean;
  timer?: NodeJS.Timeout;
}

interface Lease {
  readonly id: string;
  readonly worker: string;
  readonly entry: Entry;
  readonly over: AbortController;
  readonly timer: NodeJS.Timeout;
  isReading: boolean;
}

interface Poll {
  readonly worker: string;
  readonly give: (leased: LeasedJob | undefined) => void;
}

export function createBoard({ accounts, isHere, nowSeconds, leaseMs, note }: BoardOptions): Board {
  const queue: Entry[] = [];
  const leases = new Map<string, Lease>();
  const polls = new Map<string, Poll>();

  const leasesHeld = (worker: string): number => [...leases.values()].filter((lease) => lease.worker === worker).length;
  const hasRoom = (account: Account): boolean => leasesHeld(account.worker) < leasesOf(account);
  /** As it is by now: a question for work is held open for a while. */
  const fresh = ({ worker }: { readonly worker: string }): Account | undefined => accounts.all().find((account) => account.worker === worker);
  const fits = (entry: Entry, account: Account): boolean => !entry.tried.has(account.worker) && entry.job.mayHave(account);

  const noteUntaken = async ({ mayHave, seconds }: Pick<Job<unknown>, 'mayHave' | 'seconds'>, tried: ReadonlySet<string> = new Set()): Promise<void> => {
    const owing = accounts.promisers(await nowSeconds()).filter((account) => !tried.has(account.worker) && hasRoom(account) && mayHave(account));
    for (const { worker } of owing) accounts.missed(worker, seconds / owing.length);
  };
  const end = (entry: Entry, ending: Ending<unknown>): void => {
    if (entry.isOver) return;
    entry.isOver = true;
    clearTimeout(entry.timer);
    const at = queue.indexOf(entry);
    if (at >= 0) queue.splice(at, 1);
    entry.end(ending);
  };
  const grant = (entry: Entry, account: Account): LeasedJob => {
    clearTimeout(entry.timer);
    queue.splice(queue.indexOf(entry), 1);
    const id = randomBytes(16).toString('hex');
    const { job } = entry;
    const timeMs = Math.min(LEASE_MAX_MS, leaseMs + Math.ceil((job.bytes * 1_000) / LEASE_BYTES_PER_SECOND));
    const lease: Lease = { id, worker: account.worker, entry, over: new AbortController(), timer: setTimeout(() => expire(lease), timeMs), isReading: false };
    lease.timer.unref();
    leases.set(id, lease);
    entry.tried.add(account.worker);
    note('jobs.leased', { job: id, kind: job.spec.kind, worker: account.worker, leaseMs: timeMs });
    return { job: id, leaseMs: timeMs, spec: job.spec };
  };
  /** Of those who wait: the one that can be trusted most and was docked least; between equals, who gave least of its promise. */
  const bestPoll = (entry: Entry): (Poll & { readonly account: Account }) | undefined =>
    [...polls.values()]
      .flatMap(({ worker, give }) => {
        const account = fresh({ worker });
        return account !== undefined && fits(entry, account) && hasRoom(account) ? [{ worker, give, account }] : [];
      })
      .sort((a, b) => trustOf(b.account) * b.account.factor - trustOf(a.account) * a.account.factor || a.account.deliveredSeconds - b.account.deliveredSeconds)[0];
  const place = (entry: Entry): void => {
    const at = queue.findIndex((other) => other.job.priority > entry.job.priority);
    queue.splice(at < 0 ? queue.length : at, 0, entry);
    entry.timer = setTimeout(() => {
      void noteUntaken(entry.job, entry.tried).catch(() => undefined);
      end(entry, { kind: 'untaken' });
    }, entry.waitMs);
    entry.timer.unref();
    if (queue.length > QUEUE_MAX) end(queue.at(-1) as Entry, { kind: 'untaken' });
    const poll = entry.isOver ? undefined : bestPoll(entry);
    if (poll === undefined) return;
    polls.delete(poll.worker);
    poll.give(grant(entry, poll.account));
  };
  const again = (entry: Entry): void => {
    if (entry.isOver) return;
    if (entry.tried.size >= ATTEMPTS_MAX) end(entry, { kind: 'untaken' });
    else place(entry);
  };
  const release = (lease: Lease): void => {
    clearTimeout(lease.timer);
    leases.delete(lease.id);
    lease.over.abort();
  };
  const expire = (lease: Lease): void => {
    release(lease);
    if (!lease.entry.isOver) {
      accounts.missed(lease.worker, lease.entry.job.seconds, 'expired');
      note('jobs.expired', { job: lease.id, worker: lease.worker });
    }
    again(lease.entry);
  };
  const leaseOf = (worker: string, job: string): Lease => {
    const lease = leases.get(job);
    if (lease?.worker !== worker) throw new NoSuchLeaseError(job);
    return lease;
  };

  return {
    leasesHeld,
    noteUntaken: (job) => noteUntaken(job),
    waiting: () => queue.length,
    hasWorkers: ({ mayHave }) => accounts.all().some((account) => isHere(account.worker) && leasesOf(account) > 0 && mayHave(account)),
    offer: <T>(job: Job<T>, { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal }) =>
      new Promise<Ending<T>>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const stop = (): void => {
          reject(signal.reason as Error);
          end(entry, { kind: 'untaken' });
        };
        const entry: Entry = {
          job: job as Job<unknown>,
          waitMs,
          tried: new Set(),
          isOver: false,
          end: (ending) => {
            signal.removeEventListener('abort', stop);
            resolve(ending as Ending<T>);
          },
        };
        signal.addEventListener('abort', stop, { once: true });
        place(entry);
      }),
    async lease(account, signal) {
      const { worker } = account;
      polls.get(worker)?.give(undefined);
      polls.delete(worker);
      if (signal.aborted) return undefined;
      if (hasRoom(account)) {
        const next = queue.find((entry) => fits(entry, account));
        if (next !== undefined) return grant(next, account);
      }
      return new Promise((resolve) => {
        const stop = (): void => {
          if (polls.get(worker) === poll) polls.delete(worker);
          resolve(undefined);
        };
        const poll: Poll = {
          worker,
          give: (leased) => {
            signal.removeEventListener('abort', stop);
            resolve(leased);
          },
        };
        polls.set(worker, poll);
        signal.addEventListener('abort', stop, { once: true });
      });
    },
    resultBytes: (worker, job) => leaseOf(worker, job).entry.job.resultBytes,
    async complete(worker, id, read) {
      const lease = leaseOf(worker, id);
      // One result for one lease: a second one at the same time would only take memory.
      if (lease.isReading) throw new NoSuchLeaseError(id);
      lease.isReading = true;
      const { entry } = lease;
      const { job } = entry;
      const result = await read(lease.over.signal).catch((error: unknown) => {
        lease.isReading = false;
        // Whoever sends more than was asked for has no true result; what broke off may be sent again.
        if (error instanceof TooLargeError && leases.has(id)) {
          release(lease);
          if (!entry.isOver) accounts.missed(worker, job.seconds, 'wrong');
          again(entry);
        }
        throw error;
      });
      const value = await job.check(result);
      if (!leases.has(id)) throw new NoSuchLeaseError(id);
      release(lease);
      if (entry.isOver) return { isTrue: value !== undefined, seconds: 0 };
      if (value === undefined) {
        accounts.missed(worker, job.seconds, 'wrong');
        note('jobs.wrong', { job: id, kind: job.spec.kind, worker });
        again(entry);
        return { isTrue: false, seconds: 0 };
      }
      accounts.delivered(worker, job.seconds);
      note('jobs.done', { job: id, kind: job.spec.kind, worker, seconds: job.seconds });
      end(entry, { kind: 'done', worker, value });
      return { isTrue: true, seconds: job.seconds };
    },
    giveBack(worker, id, failure) {
      const lease = leaseOf(worker, id);
      release(lease);
      const { entry } = lease;
      note('jobs.given-back', { job: id, kind: entry.job.spec.kind, worker, ...failure });
      if (entry.isOver) return;
      if (failure.reason === 'declined' || failure.reason === 'error') {
        accounts.missed(worker, 0, 'given-back');
        again(entry);
      } else {
        end(entry, { kind: 'failed', worker, failure });
      }
    },
  };
}
