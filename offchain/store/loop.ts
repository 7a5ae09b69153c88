/** Calls `tick` again and again, each call after the last one ended. A failing call is logged and the loop goes on. */
import type { Logger } from './log.ts';

/** How a loop is doing; times are Unix milliseconds. */
export interface LoopReport {
  readonly name: string;
  readonly intervalMs: number;
  /** A tick that runs longer is stuck. */
  readonly longestMs: number;
  readonly lastSuccessMs?: number;
  /** Failures since the last success, and the newest of them. */
  readonly failures: number;
  readonly lastFailure?: { readonly atMs: number; readonly cause: string };
  /** The tick under way. */
  readonly runningSinceMs?: number;
}

export interface Loop {
  /** Ends the loop and waits for the call under way. */
  stop(): Promise<void>;
  report(): LoopReport;
}

export interface LoopOptions {
  readonly name: string;
  readonly intervalMs: number;
  readonly log: Logger;
  readonly tick: () => Promise<void>;
  /** How long one tick may take; work that moves much data may take hours. */
  readonly longestMs?: number;
}

/** A tick may take this many intervals, and this long in any case: an RPC that is away is asked for several seconds before a tick gives up. */
const INTERVALS_MAX = 20;
const LONGEST_LEAST_MS = 120_000;
const CAUSE_CHARACTERS = 300;

export function startLoop(options: LoopOptions): Loop {
  const { name, intervalMs, log, tick } = options;
  const longestMs = options.longestMs ?? Math.max(LONGEST_LEAST_MS, intervalMs * INTERVALS_MAX);
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let lastSuccessMs: number | undefined;
  let lastFailure: LoopReport['lastFailure'];
  let runningSinceMs: number | undefined;
  let failures = 0;

  const turn = async (): Promise<void> => {
    runningSinceMs = Date.now();
    try {
      await tick();
      if (failures > 0) log.info(`${name}.recovered`, { failures });
      failures = 0;
      lastSuccessMs = Date.now();
    } catch (error) {
      const cause = (error instanceof Error ? error.message : String(error)).slice(0, CAUSE_CHARACTERS);
      // An RPC that is away fails every turn: the first line says it, the others would only fill the disk.
      if (!isStopped && (failures === 0 || cause !== lastFailure?.cause)) log.warn(`${name}.failed`, { error });
      failures += 1;
      lastFailure = { atMs: Date.now(), cause };
    }
    runningSinceMs = undefined;
    if (!isStopped) schedule();
  };
  let running: Promise<void> = Promise.resolve();
  // Under the loop's name: it shows in traces, and a simulation of many loops tells them apart by it.
  const wake = { [name]: (): void => void (running = turn()) }[name] as () => void;
  const schedule = () => {
    timer = setTimeout(wake, intervalMs);
  };

  running = turn();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
    report: () => ({
      name, intervalMs, longestMs, failures,
      ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(runningSinceMs === undefined ? {} : { runningSinceMs }),
    }),
  };
}
