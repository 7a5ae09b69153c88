import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNode } from '../chain/read-node.ts';
import { requestJson } from '../wire/http-client.ts';
import { WorkersReply } from '../wire/jobs.ts';
import { STATUS_FILE } from '../worker/service.ts';
import type { WorkerStatus } from '../worker/service.ts';
import type { Config } from './config.ts';
import { UsageError } from './errors.ts';
import type { Session } from './session.ts';
import { monthLines } from './worker-report.ts';

/** It writes every five seconds. */
const SILENT_MS = 20_000;

export interface WorkerReport {
  readonly heavy: number;
  readonly books: WorkersReply;
  /** What the worker itself wrote within the last seconds; undefined when it does not run here. */
  readonly own: WorkerStatus | undefined;
}

export async function workerStatus(session: Session): Promise<WorkerReport> {
  const { heavy, home } = whereIs(session.home, session.config);
  const chain = await session.chain();
  const { address } = await session.account();
  const { endpoint } = await readNode(chain, heavy);
  const [books, own] = await Promise.all([requestJson(`${endpoint.replace(/\/$/, '')}/workers/${address}`, { schema: WorkersReply }), readOwn(home)]);
  return { heavy, books, own };
}

/** A section of its own, or a provider that works, too. */
function whereIs(home: string, config: Config): { heavy: number; home: string } {
  if (config.worker !== undefined) return { heavy: config.worker.heavy, home: join(home, 'worker') };
  if (config.provider?.worker !== undefined) return { heavy: config.provider.parent, home: join(home, 'provider', 'worker') };
  throw new UsageError('No worker is configured here.', 'Add a section "worker" to config.json, or the key "worker" to its section "provider".');
}

async function readOwn(home: string): Promise<WorkerStatus | undefined> {
  try {
    const status = JSON.parse(await readFile(join(home, STATUS_FILE), 'utf8')) as WorkerStatus;
    return Date.now() - status.atMs > SILENT_MS ? undefined : status;
  } catch {
    return undefined;
  }
}

export function workerLines({ heavy, books, own }: WorkerReport): string[] {
  return [
    ...(own === undefined ? ['Worker      does not run here'] : ownLines(own)),
    `Heavy node  ${heavy}, month ${books.month}`,
    ...(books.months.length === 0 ? ['Books       nothing was promised there'] : monthLines(books.months)),
  ];
}

function ownLines({ share, cores, isAttached, running, done, wrong, givenBack, seconds, idle }: WorkerStatus): string[] {
  const idleText = idle === undefined ? 'none' : `${idle.state}${idle.holds.length === 0 ? '' : ` (${idle.holds.join(', ')})`}, ${idle.cpuSeconds.toFixed(1)} CPU-seconds, started ${idle.starts} times`;
  return [
    `Worker      ${Math.round(share * 100)} % of ${cores} cores, ${isAttached ? 'attached' : 'not attached'}, ${running} jobs now`,
    `Jobs        ${done} done (${seconds.toFixed(1)} CPU-seconds credited), ${wrong} wrong, ${givenBack} given back since its start`,
    `Idle        ${idleText}`,
  ];
}
