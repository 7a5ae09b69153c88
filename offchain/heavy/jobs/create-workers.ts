/** Puts the parts together that deal with workers. */
import type { HeavyContext } from '../context.ts';
import { createAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { createAttachments } from './attachments.ts';
import type { Attachments } from './attachments.ts';
import { createBoard } from './board.ts';
import type { Board } from './job.ts';
import { createCalibration } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import { createWorkerRebuilds } from './rebuild-jobs.ts';
import type { WorkerRebuilds } from './rebuild-jobs.ts';

export interface Workers extends WorkerRebuilds {
  readonly accounts: Accounts;
  readonly attachments: Attachments;
  readonly board: Board;
  readonly calibration: Calibration;
}

export async function createWorkers(context: HeavyContext): Promise<Workers> {
  const { chain, store, settings, log } = context;
  const nowSeconds = (): Promise<number> => chain.nowSeconds();
  const accounts = await createAccounts({ store, clock: chain.clock, nowSeconds: await nowSeconds() });
  const attachments = createAttachments(context, accounts);
  const board = createBoard({ accounts, isHere: (worker) => attachments.isHere(worker), nowSeconds, leaseMs: settings.workers.leaseMs, note: (event, fields) => log.info(event, fields) });
  const calibration = createCalibration();
  return { accounts, attachments, board, calibration, ...createWorkerRebuilds(context, { board, accounts, calibration }) };
}
