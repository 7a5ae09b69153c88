/** The owner's own command: it runs on its share of the processor, and stands still when the network or somebody else needs the machine. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../store/log.ts';
import { IdleCommandError } from '../errors.ts';
import { createBoundedLog } from './bounded-log.ts';
import { createBudget } from './budget.ts';
import { openCgroup } from './cgroup.ts';
import { createGroup } from './group.ts';
import type { Group } from './group.ts';
import { TICKS_PER_SECOND, hasProc } from './proc.ts';
import { spawnCommand } from './spawn-command.ts';
import type { Command } from './spawn-command.ts';
import { createUserLoad } from './user-load.ts';

/** job: the network's work. user: others' load. share: its own share is used up for the moment. */
export type Hold = 'job' | 'user' | 'share';

export interface IdleStatus {
  /** waiting: for the next attempt after an error. ended: it came to a good end, or the worker did. */
  readonly state: 'running' | 'paused' | 'waiting' | 'ended';
  readonly holds: readonly Hold[];
  readonly pid: number | undefined;
  readonly starts: number;
  readonly cpuSeconds: number;
  /** Who keeps the share. */
  readonly by: 'cgroup' | 'signals';
}

export interface IdleCommand {
  /** Stops every process of it before it returns. */
  hold(why: Hold): void;
  release(why: Hold): void;
  status(): IdleStatus;
  /** Asks it to end, and ends it two seconds later. */
  stop(): Promise<void>;
}

export interface IdleOptions {
  readonly command: readonly string[];
  /** Part of the machine. */
  readonly share: number;
  readonly userLoad: number;
  readonly home: string;
  readonly logBytes: number;
  readonly cgroup?: string | undefined;
  readonly log: Logger;
  readonly cores?: number;
}

const SAMPLE_MS = 50;
/** All processes of the machine are looked through so often. */
const THOROUGH_MS = 1_000;
/** Others must have been quiet for so long. */
const QUIET_MS = 3_000;
/** A command that ran for so long did not fail at once: pauses begin anew. */
const STEADY_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 300_000;
const END_GRACE_MS = 2_000;
const KILL_PAUSE_MS = 20;

/** Signals are on their way for a moment, and whoever is being born hears nothing of them. */
async function killAll(group: Group): Promise<void> {
  const untilMs = performance.now() + END_GRACE_MS;
  do {
    const alive = group.look(true).members.filter(({ state }) => state !== 'Z');
    if (alive.length === 0) return;
    group.signal('SIGKILL');
    await sleep(KILL_PAUSE_MS, undefined, { ref: false });
  } while (performance.now() < untilMs);
}

/** @throws IdleCommandError where the kernel tells nothing of processes */
export function startIdleCommand(options: IdleOptions): IdleCommand {
  const { command, share, userLoad, home, logBytes, log, cores = availableParallelism() } = options;
  if (!hasProc()) throw new IdleCommandError('there is no /proc to measure it by', 'Run the worker on Linux, or without idleCommand.');
  const output = createBoundedLog(join(home, 'idle.log'), logBytes);
  const cgroup = options.cgroup === undefined ? undefined : openCgroup(options.cgroup, share * cores);
  if (options.cgroup !== undefined && cgroup === undefined) log.warn('idle.no-cgroup', { path: options.cgroup });
  const budget = createBudget(share * cores);
  const load = createUserLoad(cores);
  const holds = new Set<Hold>();
  let running: (Command & { readonly group: Group }) | undefined;
  let state: 'on' | 'waiting' | 'ended' = 'waiting';
  let starts = 0;
  let usedTicks = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let retry: NodeJS.Timeout | undefined;
  let busyMs = -Infinity;
  let [sampledMs, thoroughMs] = [performance.now(), -Infinity];

  const apply = (): void => running?.group.signal(holds.size > 0 ? 'SIGSTOP' : 'SIGCONT');
  const hold = (why: Hold): void => {
    const wasHeld = holds.size > 0;
    holds.add(why);
    if (!wasHeld) apply();
  };
  const release = (why: Hold): void => {
    if (holds.delete(why) && holds.size === 0) apply();
  };
  const start = (): void => {
    starts += 1;
    state = 'on';
    const beganMs = performance.now();
    const { child, running: started } = spawnCommand(command, cgroup);
    child.stdout !== null && output.take(child.stdout);
    child.stderr !== null && output.take(child.stderr);
    running = started === undefined ? undefined : { ...started, group: createGroup(started.pid) };
    if (holds.size > 0) apply();
    const over = (how: { readonly code: number | null; readonly signal: string | null; readonly error?: Error }): void => {
      // What the command left behind runs on no more.
      running?.group.look(true);
      running?.group.signal('SIGKILL');
      running?.dismiss();
      running = undefined;
      if (state === 'ended') return;
      if (how.code === 0) {
        state = 'ended';
        log.info('idle.ended', { command: command[0] });
        return;
      }
      state = 'waiting';
      if (performance.now() - beganMs > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      log.warn('idle.failed', { command: command[0], ...how, retryInMs: pauseMs });
      retry = setTimeout(start, pauseMs);
      retry.unref();
      pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
    };
    child.once('error', (error) => over({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => over({ code, signal }));
  };
  const sample = (): void => {
    const nowMs = performance.now();
    const elapsedMs = nowMs - sampledMs;
    sampledMs = nowMs;
    const isThorough = nowMs - thoroughMs >= THOROUGH_MS;
    if (isThorough) thoroughMs = nowMs;
    const { usedTicks: used, members } = running?.group.look(isThorough) ?? { usedTicks: 0, members: [] };
    usedTicks += used;
    const isInShare = budget.step({ usedTicks: used, elapsedMs });
    if (cgroup === undefined) (isInShare ? release : hold)('share');
    const others = load.look(used);
    if (others !== undefined && others > userLoad) busyMs = nowMs;
    (nowMs - busyMs < QUIET_MS ? hold : release)('user');
    // Whatever was born, or woken by somebody else, while the command stands still.
    if (holds.size > 0 && members.some(({ state: is }) => is !== 'T' && is !== 'Z')) apply();
  };

  const timer = setInterval(sample, SAMPLE_MS);
  timer.unref();
  start();
  return {
    hold,
    release,
    status: () => ({
      state: state === 'on' ? (holds.size > 0 ? 'paused' : 'running') : state,
      holds: [...holds],
      pid: running?.pid,
      starts,
      cpuSeconds: usedTicks / TICKS_PER_SECOND,
      by: cgroup === undefined ? 'signals' : 'cgroup',
    }),
    async stop() {
      clearInterval(timer);
      clearTimeout(retry);
      state = 'ended';
      const last = running;
      if (last !== undefined) {
        const ended = new Promise<void>((resolve) => void last.child.once('exit', () => resolve()));
        last.group.look(true);
        last.group.signal('SIGTERM');
        last.group.signal('SIGCONT');
        await Promise.race([ended, sleep(END_GRACE_MS, undefined, { ref: false })]);
        await killAll(last.group);
        last.dismiss();
        await ended;
      }
      cgroup?.remove();
    },
  };
}
