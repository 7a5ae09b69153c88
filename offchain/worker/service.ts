/** Puts a worker together: the only place that knows all of its parts. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { Chain } from '../chain/types.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import { parseAs } from '../wire/json.ts';
import { createAttachment } from './attachment.ts';
import { WorkerConfig } from './config.ts';
import type { WorkerConfigInput } from './config.ts';
import { startIdleCommand } from './idle/idle-command.ts';
import type { IdleCommand, IdleStatus } from './idle/idle-command.ts';
import { hasProc } from './idle/proc.ts';
import { measureSpare } from './idle/spare.ts';
import { createPlaces } from './places.ts';
import { serve } from './serve.ts';
import type { Counts } from './serve.ts';

export interface WorkerStatus extends Counts {
  /** When this was true, in milliseconds since 1970. */
  readonly atMs: number;
  readonly heavy: number;
  /** Of the machine, as promised. */
  readonly share: number;
  readonly cores: number;
  readonly isAttached: boolean;
  readonly month: number | undefined;
  readonly factor: number | undefined;
  readonly running: number;
  readonly idle: IdleStatus | undefined;
}

export interface RunningWorker {
  status(): WorkerStatus;
  /** Gives jobs back, ends the idle command. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly config: WorkerConfigInput;
  readonly account: LocalAccount;
  /** A provider that works, too, has a chain already. */
  readonly chain: Chain | { readonly rpcUrls: readonly string[]; readonly deployment: Deployment };
  readonly log?: Logger;
}

const MEASURE_MS = 3_000;
const STATUS_MS = 5_000;
export const STATUS_FILE = 'status.json';

/**
 * Starts a worker: whatever chain and heavy node do later, it goes on asking.
 * @throws BadRequestError (configuration), IdleCommandError, RpcUnavailableError
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const config = parseAs(WorkerConfig, options.config, 'The configuration of the worker');
  const { account } = options;
  const log = options.log ?? createLogger({ name: `worker ${account.address}` });
  const chain = 'clock' in options.chain ? options.chain : await createChain({ ...options.chain, account });
  await mkdir(config.home, { recursive: true });
  const cores = config.cores ?? availableParallelism();
  // Before anything of this worker runs: it is the others' load that counts.
  const share = config.cpuShare === 'measured' ? await spareShare() : config.cpuShare;
  const stopped = new AbortController();
  const idle = startIdle(config, { share, cores, log });
  const offer = { cores, percent: Math.max(1, Math.round(share * 100)), payout: config.payout ?? account.address };
  const attachment = createAttachment({ chain, account, heavy: config.heavy, offer: async () => offer });
  const serving = serve({
    attachment,
    places: createPlaces(chain),
    config,
    cores: () => share * cores,
    changed: (running) => (running > 0 ? idle?.hold('job') : idle?.release('job')),
    log,
    signal: stopped.signal,
  });

  const status = (): WorkerStatus => {
    const tie = attachment.state();
    return { atMs: Date.now(), heavy: config.heavy, share, cores, isAttached: tie !== undefined, month: tie?.month, factor: tie?.factor, running: serving.running(), ...serving.counts, idle: idle?.status() };
  };
  const path = join(config.home, STATUS_FILE);
  const write = async (): Promise<void> => {
    await writeFile(`${path}.part`, JSON.stringify(status()));
    await rename(`${path}.part`, path);
  };
  const timer = setInterval(() => void write().catch(() => undefined), STATUS_MS);
  timer.unref();
  await write();
  log.info('worker.started', { worker: account.address, heavy: config.heavy, share, cores, idle: config.idleCommand?.[0] });
  return {
    status,
    async stop() {
      clearInterval(timer);
      stopped.abort();
      await Promise.all([serving.ended, idle?.stop()]);
      await rm(path, { force: true });
      log.info('worker.stopped', { ...serving.counts });
    },
  };
}

async function spareShare(): Promise<number> {
  // Without /proc nothing can be measured, and nothing more than a half is given away.
  return hasProc() ? measureSpare(MEASURE_MS) : 0.5;
}

function startIdle(config: WorkerConfig, { share, cores, log }: { readonly share: number; readonly cores: number; readonly log: Logger }): IdleCommand | undefined {
  const { idleCommand, idleShare = share, userLoad, home, idleLogBytes, cgroup } = config;
  if (idleCommand === undefined) return undefined;
  return startIdleCommand({ command: idleCommand, share: idleShare, userLoad, home, logBytes: idleLogBytes, cgroup, log, cores });
}
