/** Who is attached: promises are checked once, then a token stands for the worker. */
import { randomBytes } from 'node:crypto';
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { UnavailableError, UnauthorizedError } from '../../wire/http-errors.ts';
import type { PromiseReply, PromiseRequest } from '../../wire/jobs.ts';
import { CLOCK_SKEW_SECONDS, SESSION_SECONDS_MAX } from '../../wire/limits.ts';
import { peerDomain, recoverTyped } from '../../wire/typed-data.ts';
import type { HeavyContext } from '../context.ts';
import { leasesOf } from './account.ts';
import type { Account, Accounts } from './accounts.ts';
import { monthAt } from './accounts.ts';
import { NotAdmittedError, NotAttachedError, PromiseRefusedError } from './errors.ts';
import { ATTACHED_MS, WORKERS_MAX } from './limits.ts';

export interface Attachments {
  /** @throws PromiseRefusedError, NotAdmittedError, UnauthorizedError, UnavailableError */
  attach(request: PromiseRequest): Promise<PromiseReply>;
  /** The worker whose `Worker <token>` this is. @throws NotAttachedError; PromiseRefusedError WRONG_MONTH when the month has ended */
  require(header: string | undefined): Promise<Account>;
  isHere(worker: string): boolean;
}

interface Holder {
  readonly worker: string;
  seenMs: number;
}

const SCHEME = 'Worker ';

export function createAttachments(context: HeavyContext, accounts: Accounts, now: () => number = Date.now): Attachments {
  const { chain, id, log } = context;
  const tokens = new Map<string, Holder>();

  const drop = (which: (holder: Holder) => boolean): void => {
    for (const [token, holder] of tokens) if (which(holder)) tokens.delete(token);
  };

  return {
    async attach({ promise, signature }) {
      const nowSeconds = await chain.nowSeconds();
      const month = monthAt(chain.clock, nowSeconds);
      if (promise.heavy !== id) throw new PromiseRefusedError('WRONG_HEAVY', `The promise is for heavy node ${promise.heavy}; this is ${id}.`, { heavy: id });
      if (promise.month !== month) throw new PromiseRefusedError('WRONG_MONTH', `The promise is for month ${promise.month}; it is month ${month} now.`, { month });
      if (promise.expiry + CLOCK_SKEW_SECONDS < nowSeconds || promise.expiry > nowSeconds + SESSION_SECONDS_MAX) {
        throw new PromiseRefusedError('PROMISE_EXPIRED', 'The promise has expired, or would last longer than allowed.', { maxSeconds: SESSION_SECONDS_MAX });
      }
      const signer = await recoverTyped(peerDomain(chain.deployment), 'WorkerPromise', promise, signature);
      if (!isAddressEqual(signer, promise.worker)) throw new UnauthorizedError(`${promise.worker} did not sign this promise.`, { code: 'BAD_PROMISE_SIGNATURE' });
      await admit(context, promise.worker);
      const worker = promise.worker.toLowerCase();
      // Who is gone for long keeps no place from anybody.
      drop((holder) => now() - holder.seenMs > 10 * ATTACHED_MS);
      if ([...tokens.values()].filter((holder) => holder.worker !== worker).length >= WORKERS_MAX) throw new UnavailableError(`${WORKERS_MAX} workers are attached already.`, { code: 'WORKERS_FULL' });
      if (!(await accounts.promise(promise, nowSeconds))) throw new PromiseRefusedError('STALE_PROMISE', 'A newer promise of this worker is known.', { sequence: promise.sequence });
      // Not before: somebody who shows an old promise again must not end the newer one's token.
      drop((holder) => holder.worker === worker);
      const token = randomBytes(32).toString('hex');
      tokens.set(token, { worker, seenMs: now() });
      const account = accounts.of(worker, nowSeconds) as Account;
      log.info('workers.attached', { worker, cores: promise.cores, percent: promise.percent, factor: account.factor });
      return { token, month, factor: account.factor, leases: leasesOf(account) };
    },
    async require(header) {
      const holder = header?.startsWith(SCHEME) === true ? tokens.get(header.slice(SCHEME.length)) : undefined;
      if (holder === undefined) throw new NotAttachedError();
      const nowSeconds = await chain.nowSeconds();
      const account = accounts.of(holder.worker, nowSeconds);
      const month = monthAt(chain.clock, nowSeconds);
      if (account === undefined) throw new PromiseRefusedError('WRONG_MONTH', `The promise has ended with its month; it is month ${month} now.`, { month });
      holder.seenMs = now();
      return account;
    },
    isHere: (worker) => [...tokens.values()].some((holder) => holder.worker === worker && now() - holder.seenMs <= ATTACHED_MS),
  };
}

async function admit({ directory, settings }: HeavyContext, worker: Address): Promise<void> {
  const { admit: who, allow } = settings.workers;
  if (who === 'anyone' || allow.some((one) => isAddressEqual(one, worker))) return;
  const isOperator = (await directory.all()).some(({ operator, faulted }) => !faulted && isAddressEqual(operator, worker));
  if (!isOperator) throw new NotAdmittedError(worker);
}
