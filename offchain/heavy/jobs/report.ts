/** Accounts as anybody may see them. */
import type { HeavyContext } from '../context.ts';
import type { WorkersReply } from '../../wire/jobs.ts';
import { leasesOf, nextFactor, trustOf } from './account.ts';
import type { Accounts } from './accounts.ts';
import { monthAt, promisedBy } from './accounts.ts';
import type { Board } from './job.ts';
import { ACCOUNTS_SHOWN } from './limits.ts';

export async function readWorkers({ chain, store, settings }: HeavyContext, parts: { readonly accounts: Accounts; readonly board: Board; readonly isHere: (worker: string) => boolean }, worker?: string): Promise<WorkersReply> {
  const { accounts, board, isHere } = parts;
  await accounts.flush();
  const nowSeconds = await chain.nowSeconds();
  const rows = await store.workerAccount.findMany({ where: worker === undefined ? {} : { worker: worker.toLowerCase() }, orderBy: [{ month: 'desc' }, { worker: 'asc' }], take: ACCOUNTS_SHOWN });
  const { shareBps, payPerCpuHour } = settings.workers;
  const month = monthAt(chain.clock, nowSeconds);
  return {
    month, shareBps, payPerCpuHour, waiting: board.waiting(),
    months: rows.map((row) => {
      const promisedSeconds = promisedBy(row, chain.clock, nowSeconds);
      const { worker: name, payout, cores, percent, deliveredSeconds, missedSeconds, jobs, wrong, expired, factor, txHash } = row;
      return {
        worker: name as `0x${string}`, month: row.month, payout: payout as `0x${string}`, cores, percent, promisedSeconds, deliveredSeconds, missedSeconds, jobs, wrong, expired, factor,
        nextFactor: nextFactor({ ...row, promisedSeconds }, factor),
        trust: trustOf(row),
        isAttached: row.month === month && isHere(name),
        leases: row.month === month ? leasesOf(row) : 0,
        state: row.state as 'open',
        owed: BigInt(row.owed),
        ...(txHash === null ? {} : { txHash: txHash as `0x${string}` }),
      };
    }),
  };
}
