/** Asks for work and does it, again and again, whatever happens to the heavy node meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../store/log.ts';
import type { LeasedJob } from '../wire/jobs.ts';
import type { Attachment } from './attachment.ts';
import type { WorkerConfig } from './config.ts';
import { JobEndedError } from './errors.ts';
import { appraise } from './jobs/appraise.ts';
import { runJob } from './jobs/run-job.ts';
import { createPace } from './pace.ts';
import type { Places } from './places.ts';

export interface Counts {
  done: number;
  wrong: number;
  givenBack: number;
  /** As the heavy node credited them. */
  seconds: number;
}

export interface Serving {
  readonly counts: Readonly<Counts>;
  running(): number;
  /** Ends when `signal` has fired and everything is given back. */
  readonly ended: Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 60_000;
/** A question for work is held open for seconds: answered at once with nothing, or with jobs that cannot be done, so often in a row, it costs the worker more than it brings. */
const FREE_ROUNDS = 40;
const QUICK_MS = 1_000;
const ROUND_FIRST_MS = 50;
const ROUND_LAST_MS = 2_000;
/** However long the heavy node allows. */
const JOB_MAX_MS = 1_800_000;

export interface ServeOptions {
  readonly attachment: Attachment;
  readonly places: Places;
  readonly config: Pick<WorkerConfig, 'atOnce' | 'maxMemoryBytes' | 'maxJobBytes'>;
  /** Cores that the jobs may keep busy, all together. */
  readonly cores: () => number;
  /** The number of jobs under way has changed. */
  readonly changed: (running: number) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export function serve(options: ServeOptions): Serving {
  const { attachment, config, changed, log, signal } = options;
  const counts: Counts = { done: 0, wrong: 0, givenBack: 0, seconds: 0 };
  const running = new Map<Promise<void>, number>();
  const rounds = { fruitless: 0 };

  const begin = (leased: LeasedJob): void => {
    const work = one(options, { counts, rounds }, { leased, usedBytes: [...running.values()].reduce((sum, bytes) => sum + bytes, 0) });
    const ended = work.ended.finally(() => {
      running.delete(ended);
      changed(running.size);
    });
    running.set(ended, work.memoryBytes);
    changed(running.size);
  };
  const loop = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    let lastFault = '';
    while (!signal.aborted) {
      if (running.size >= config.atOnce) {
        await Promise.race(running.keys());
        continue;
      }
      const waitMs = rounds.fruitless <= FREE_ROUNDS ? 0 : Math.min(ROUND_LAST_MS, ROUND_FIRST_MS * 2 ** (rounds.fruitless - FREE_ROUNDS));
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      try {
        const askedMs = performance.now();
        const leased = await attachment.lease(signal);
        if (leased !== undefined) begin(leased);
        else if (performance.now() - askedMs < QUICK_MS) rounds.fruitless += 1;
        if (lastFault !== '') log.info('worker.recovered');
        [pauseMs, lastFault] = [FIRST_PAUSE_MS, ''];
      } catch (error) {
        if (signal.aborted) break;
        const fault = error instanceof Error ? error.message : String(error);
        if (fault !== lastFault) log.warn('worker.not-served', { error });
        lastFault = fault;
        // Not all at once after the heavy node's restart.
        await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
      }
    }
    await Promise.all(running.keys());
  };
  return { counts, running: () => running.size, ended: loop() };
}

function one({ attachment, places, config, cores, log, signal }: ServeOptions, { counts, rounds }: { readonly counts: Counts; readonly rounds: { fruitless: number } }, { leased, usedBytes }: { readonly leased: LeasedJob; readonly usedBytes: number }): { readonly memoryBytes: number; readonly ended: Promise<void> } {
  const { job, spec, leaseMs } = leased;
  const untilMs = AbortSignal.timeout(Math.min(leaseMs, JOB_MAX_MS));
  const over = AbortSignal.any([signal, untilMs]);
  let memoryBytes = 0;

  const work = async (): Promise<void> => {
    try {
      const needs = appraise(spec);
      memoryBytes = needs.memoryBytes;
      if (usedBytes + needs.memoryBytes > config.maxMemoryBytes) throw new JobEndedError('declined', `The job takes ${needs.memoryBytes} bytes of memory; ${config.maxMemoryBytes - usedBytes} are left.`);
      if (needs.movedBytes > config.maxJobBytes) throw new JobEndedError('declined', `The job moves ${needs.movedBytes} bytes; at most ${config.maxJobBytes} are moved.`);
      const pace = createPace(cores() / config.atOnce, over);
      const result = await runJob({ places, signal: over, rest: () => pace.rest() }, spec);
      const { isTrue, seconds } = await attachment.deliver(leased, result, over);
      counts[isTrue ? 'done' : 'wrong'] += 1;
      counts.seconds += seconds;
      rounds.fruitless = 0;
      log.info('worker.job', { job, kind: spec.kind, agreement: spec.agreement, isTrue, seconds });
    } catch (error) {
      counts.givenBack += 1;
      rounds.fruitless += 1;
      const failure = error instanceof JobEndedError ? error.failure : { reason: 'error' as const, message: (error instanceof Error ? error.message : String(error)).slice(0, 400) };
      log.warn('worker.job-ended', { job, kind: spec.kind, agreement: spec.agreement, ...failure });
      // The lease ends by itself where this fails too.
      await attachment.giveBack(leased, failure).catch(() => undefined);
    }
  };
  const ended = work();
  return { get memoryBytes() { return memoryBytes; }, ended };
}
