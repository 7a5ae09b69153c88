/** The worker's tie to its heavy node: a promise for the month, then a token for everything else. */
import type { LocalAccount } from 'viem';
import { epochAt, periodOf } from '../chain/epoch.ts';
import { readNode } from '../chain/read-node.ts';
import type { Chain } from '../chain/types.ts';
import { putBytes, requestJson } from '../wire/http-client.ts';
import type { RequestBody } from '../wire/http-client.ts';
import { JOB_BODY_BYTES, JOB_POLL_MS, LeasedJob, PromiseReply, ResultReply, monthOf } from '../wire/jobs.ts';
import type { JobFailure } from '../wire/jobs.ts';
import { RemoteError } from '../wire/transport-errors.ts';
import { peerDomain, signTyped } from '../wire/typed-data.ts';
import { z } from 'zod';
import { NoSuchHeavyError } from './errors.ts';

export interface Offer {
  readonly cores: number;
  readonly percent: number;
  readonly payout: `0x${string}`;
}

export interface Attachment {
  /** Waits for a job, as long as the heavy node holds the question open. Attaches where that is needed. */
  lease(signal: AbortSignal): Promise<LeasedJob | undefined>;
  deliver(job: LeasedJob, result: RequestBody, signal: AbortSignal): Promise<ResultReply>;
  giveBack(job: LeasedJob, failure: JobFailure): Promise<void>;
  /** What the heavy node said last. */
  state(): { readonly url: string; readonly month: number; readonly factor: number } | undefined;
}

/** A promise is presented at once or never. */
const PROMISE_SECONDS = 600;
/** Answers that take longer than the question is held open. */
const POLL_MORE_MS = 10_000;
const FAREWELL_MS = 2_000;

interface Tie {
  readonly url: string;
  readonly token: string;
  readonly month: number;
  readonly factor: number;
}

export function createAttachment(options: { readonly chain: Chain; readonly account: LocalAccount; readonly heavy: number; readonly offer: () => Promise<Offer> }): Attachment {
  const { chain, account, heavy, offer } = options;
  let tie: Tie | undefined;
  let sequence = 0;

  const attach = async (signal: AbortSignal): Promise<Tie> => {
    const { tier, endpoint } = await readNode(chain, heavy);
    if (tier !== 'heavy' || endpoint === '') throw new NoSuchHeavyError(heavy);
    const url = endpoint.replace(/\/$/, '');
    const nowSeconds = await chain.nowSeconds();
    const month = monthOf(periodOf(chain.clock, epochAt(chain.clock, nowSeconds)));
    // Higher than any before, and than those of an earlier run.
    sequence = Math.max(Date.now(), sequence + 1);
    const promise = { worker: account.address, heavy, month, ...(await offer()), sequence, expiry: Math.floor(nowSeconds) + PROMISE_SECONDS };
    const signature = await signTyped(account, peerDomain(chain.deployment), 'WorkerPromise', promise);
    const reply = await requestJson(`${url}/workers`, { method: 'POST', body: { promise, signature }, schema: PromiseReply, signal });
    return (tie = { url, ...reply });
  };
  const tied = async <T>(signal: AbortSignal, ask: (tie: Tie) => Promise<T>): Promise<T> => {
    const now = tie ?? (await attach(signal));
    try {
      return await ask(now);
    } catch (error) {
      // Restarted, the month has ended, or it has moved: the next question attaches anew.
      const isOver = error instanceof RemoteError ? error.code === 'NOT_ATTACHED' || error.code === 'WRONG_MONTH' : !signal.aborted;
      if (isOver && tie === now) tie = undefined;
      throw error;
    }
  };
  const headers = ({ token }: Tie) => ({ authorization: `Worker ${token}` });

  return {
    state: () => tie,
    lease: (signal) =>
      tied(signal, (to) => requestJson(`${to.url}/jobs/lease`, { method: 'POST', headers: headers(to), schema: LeasedJob.optional(), maxBytes: JOB_BODY_BYTES, timeoutMs: JOB_POLL_MS + POLL_MORE_MS, signal })),
    deliver: ({ job, leaseMs }, result, signal) =>
      tied(signal, (to) => putBytes(`${to.url}/jobs/${job}/result`, { headers: headers(to), body: result, schema: ResultReply, timeoutMs: leaseMs, signal })),
    async giveBack({ job }, failure) {
      if (tie === undefined) return;
      await requestJson(`${tie.url}/jobs/${job}/failure`, { method: 'POST', headers: headers(tie), body: failure, schema: z.unknown(), timeoutMs: FAREWELL_MS });
    },
  };
}
