/** A worker as an attacker would write it: each message by hand. */
import { zeroHash } from 'viem';
import type { LocalAccount } from 'viem';
import { epochAt, periodOf } from '../../offchain/chain/epoch.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { putBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { LeasedJob, PromiseReply, ResultReply, WorkersReply, monthOf } from '../../offchain/wire/jobs.ts';
import type { WorkerMonth, WorkerPromise } from '../../offchain/wire/jobs.ts';
import { peerDomain, signTyped } from '../../offchain/wire/typed-data.ts';

export interface SignedPromise {
  readonly promise: WorkerPromise;
  readonly signature: `0x${string}`;
}

let sequence = Date.now();

export async function signPromise(chain: Chain, account: LocalAccount, heavy: number, changes: Partial<WorkerPromise> = {}): Promise<SignedPromise> {
  const nowSeconds = await chain.nowSeconds();
  const month = monthOf(periodOf(chain.clock, epochAt(chain.clock, nowSeconds)));
  const promise = { worker: account.address, heavy, month, cores: 1, percent: 100, payout: account.address, sequence: ++sequence, expiry: Math.floor(nowSeconds) + 60, ...changes };
  return { promise, signature: await signTyped(account, peerDomain(chain.deployment), 'WorkerPromise', promise) };
}

export async function attach(url: string, body: SignedPromise): Promise<{ authorization: string }> {
  const { token } = await requestJson(`${url}/workers`, { method: 'POST', body, schema: PromiseReply });
  return { authorization: `Worker ${token}` };
}

export function leaseByHand(url: string, headers: { authorization: string }, signal?: AbortSignal): Promise<LeasedJob | undefined> {
  return requestJson(`${url}/jobs/lease`, { method: 'POST', headers, schema: LeasedJob.optional(), signal });
}

export function sendResult(url: string, headers: { authorization: string }, { job, bytes }: { readonly job: string; readonly bytes: Uint8Array }): Promise<ResultReply> {
  return putBytes(`${url}/jobs/${job}/result`, { headers, body: bytes, schema: ResultReply });
}

/** The newest month in the heavy node's books. */
export async function booksOf(url: string, worker: string): Promise<WorkerMonth | undefined> {
  return (await requestJson(`${url}/workers/${worker}`, { schema: WorkersReply })).months[0];
}

export const NO_SIGNATURE = `${zeroHash}${zeroHash.slice(2)}` as const;
