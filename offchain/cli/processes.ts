import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, createWriteStream, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChildFailedError, InterruptedError } from './errors.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const STOP_TIMEOUT_MS = 6_000;
const LAST_LINES = 3;
const READY_POLL_MS = 50;

export interface StartOptions {
  readonly name: string;
  /** Arguments of `holdfast`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

export interface RunningChild {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** The JSON line with which it said that it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly isRunning: boolean;
}

export interface FinishedChild {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `holdfast` commands as processes of their own, keeps their logs, and leaves none behind. */
export interface Supervisor {
  /** Starts a service and waits until it says that it is ready. */
  start(options: StartOptions): Promise<RunningChild>;
  /** Runs a command to its end. */
  run(options: Omit<StartOptions, 'readyTimeoutMs'>): Promise<FinishedChild>;
  /** SIGTERM, then SIGKILL for those that do not go. */
  stop(children: readonly RunningChild[]): Promise<void>;
  /** SIGKILL at once, as a power cut would. */
  kill(children: readonly RunningChild[]): Promise<void>;
  stopAll(): Promise<void>;
  /** Lets go of all services, which go on running when this process ends. Only where `canOutlive` was set. */
  release(): readonly RunningChild[];
}

interface Entry extends RunningChild {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
}

export interface SupervisorOptions {
  readonly logFolder: string;
  /** Compiled code that the processes share, so that only the first of a kind compiles it. */
  readonly cacheFolder: string;
  /** Services may be released. They then do not notice when this process is ended with SIGKILL. */
  readonly canOutlive?: boolean | undefined;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const canOutlive = options.canOutlive === true;
  const entries = new Set<Entry>();
  let isClosed = false;
  mkdirSync(options.logFolder, { recursive: true });

  // The last resort when the process ends without stopAll; children also stop by themselves when their standard input closes.
  process.once('exit', () => {
    for (const entry of entries) entry.process.kill('SIGKILL');
  });

  const register = (what: StartOptions, child: ChildProcess, logPath: string): Entry => {
    const entry: Entry = {
      name: what.name,
      pid: child.pid ?? 0,
      logPath,
      ready: {},
      process: child,
      exited: new Promise((resolve) => {
        child.once('close', resolve);
        child.once('error', resolve);
      }).finally(() => entries.delete(entry)),
      get isRunning() {
        return child.exitCode === null && child.signalCode === null;
      },
    };
    entries.add(entry);
    child.stdin?.on('error', () => undefined);
    return entry;
  };

  const launch = (what: StartOptions, stdio: StdioOptions, args = what.args): ChildProcess => {
    // Work that was under way when everything was ended must not start anything anew.
    if (isClosed) throw new InterruptedError('all processes of this run were ended');
    const env = { ...process.env, NODE_COMPILE_CACHE: options.cacheFolder, ...what.env };
    return spawn(process.execPath, [MAIN, ...args], { stdio, env, detached: canOutlive });
  };

  /** A service writes its log itself, so that it does not depend on this process. */
  const launchService = (what: StartOptions): Entry => {
    const logPath = join(options.logFolder, `${what.name}.log`);
    const log = openSync(logPath, 'a');
    try {
      const args = canOutlive ? what.args.filter((arg) => arg !== '--supervised') : what.args;
      return register(what, launch(what, [canOutlive ? 'ignore' : 'pipe', log, log], args), logPath);
    } finally {
      closeSync(log);
    }
  };

  const end = async (children: readonly RunningChild[], signal: 'SIGTERM' | 'SIGKILL') => {
    const mine = [...entries].filter((entry) => children.some((child) => child.pid === entry.pid));
    for (const entry of mine) entry.process.kill(signal);
    const timer = setTimeout(() => mine.forEach((entry) => entry.process.kill('SIGKILL')), STOP_TIMEOUT_MS);
    await Promise.all(mine.map((entry) => entry.exited));
    clearTimeout(timer);
  };

  return {
    async start(what) {
      const skipped = sizeOf(join(options.logFolder, `${what.name}.log`));
      const entry = launchService(what);
      const fail = (why: string) => new ChildFailedError(what.name, why, { logPath: entry.logPath, lastLines: linesOf(entry.logPath, skipped).slice(-LAST_LINES) });
      const timeoutMs = what.readyTimeoutMs ?? 60_000;
      const giveUpMs = performance.now() + timeoutMs;
      let spawnError: Error | undefined;
      entry.process.once('error', (error) => (spawnError = error));
      for (;;) {
        // Asked before the log is read: a service that ended may have been ready just before.
        const isRunning = entry.isRunning;
        const ready = linesOf(entry.logPath, skipped).map(readyFacts).find((facts) => facts !== undefined);
        if (ready !== undefined) return Object.defineProperty(entry, 'ready', { value: ready });
        if (spawnError !== undefined) throw fail(`could not be started (${spawnError.message})`);
        if (!isRunning) throw fail('ended before it was ready');
        if (performance.now() > giveUpMs) throw fail(`was not ready within ${timeoutMs / 1000} s`);
        await sleep(READY_POLL_MS);
      }
    },
    async run(what) {
      const logPath = join(options.logFolder, `${what.name}.log`);
      const child = launch(what, ['pipe', 'pipe', 'pipe']);
      const entry = register(what, child, logPath);
      const log = createWriteStream(logPath, { flags: 'a' });
      const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
        stream?.pipe(log, { end: false });
        const lines: string[] = [];
        createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => void lines.push(line));
        return lines;
      });
      await entry.exited;
      log.end();
      return { code: child.exitCode ?? 1, stdout: (stdout ?? []).join('\n'), stderr: (stderr ?? []).join('\n') };
    },
    stop: (children) => end(children, 'SIGTERM'),
    kill: (children) => end(children, 'SIGKILL'),
    async stopAll() {
      isClosed = true;
      // What started first, the chain, ends last: the others may still be talking to it.
      const [first, ...others] = entries;
      await end(others, 'SIGTERM');
      if (first !== undefined) await end([first], 'SIGTERM');
    },
    release() {
      const released = canOutlive ? [...entries] : [];
      for (const entry of released) {
        entry.process.unref();
        entries.delete(entry);
      }
      return released;
    },
  };
}

function sizeOf(path: string): number {
  return textOf(path).length;
}

/** Complete lines behind the first `skipped` characters. */
function linesOf(path: string, skipped: number): string[] {
  const text = textOf(path).slice(skipped);
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readyFacts(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{"ready":true')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
