import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ChildFailedError, InterruptedError } from './errors.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const STOP_TIMEOUT_MS = 6_000;
const LAST_LINES = 3;

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
}

interface Entry extends RunningChild {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  lastLines: string[];
}

/** `cacheFolder`: compiled code that the processes share, so that only the first of a kind compiles it. */
export function createSupervisor(options: { logFolder: string; cacheFolder: string }): Supervisor {
  const entries = new Set<Entry>();
  let isClosed = false;
  mkdirSync(options.logFolder, { recursive: true });

  // The last resort when the process ends without stopAll; children also stop by themselves when their standard input closes.
  process.once('exit', () => {
    for (const entry of entries) entry.process.kill('SIGKILL');
  });

  const launch = (what: StartOptions, onLine: (line: string) => void): Entry => {
    // Work that was under way when everything was ended must not start anything anew.
    if (isClosed) throw new InterruptedError('all processes of this run were ended');
    const child = spawn(process.execPath, [MAIN, ...what.args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_COMPILE_CACHE: options.cacheFolder, ...what.env } });
    const logPath = join(options.logFolder, `${what.name}.log`);
    const log = createWriteStream(logPath, { flags: 'a' });
    const entry: Entry = {
      name: what.name,
      pid: child.pid ?? 0,
      logPath,
      ready: {},
      process: child,
      exited: new Promise((resolve) => child.once('close', resolve)).finally(() => {
        entries.delete(entry);
        log.end();
      }),
      lastLines: [],
      get isRunning() {
        return child.exitCode === null && child.signalCode === null;
      },
    };
    entries.add(entry);
    child.stdin.on('error', () => undefined);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const remember = (line: string) => {
      entry.lastLines = [...entry.lastLines, line].slice(-LAST_LINES);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      remember(line);
      onLine(line);
    });
    createInterface({ input: child.stderr }).on('line', remember);
    return entry;
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
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
      const entry = launch(what, (line) => {
        const facts = line.startsWith('{"ready":true') ? parseLine(line) : undefined;
        if (facts !== undefined) resolve(facts);
      });
      const fail = (why: string) => reject(new ChildFailedError(what.name, why, { logPath: entry.logPath, lastLines: entry.lastLines }));
      entry.process.once('error', (error) => fail(`could not be started (${error.message})`));
      void entry.exited.then(() => fail('ended before it was ready'));
      const timeoutMs = what.readyTimeoutMs ?? 60_000;
      const timer = setTimeout(() => fail(`was not ready within ${timeoutMs / 1000} s`), timeoutMs);
      try {
        const ready = await promise;
        return Object.defineProperty(entry, 'ready', { value: ready });
      } finally {
        clearTimeout(timer);
      }
    },
    async run(what) {
      const stdout: string[] = [];
      const stderr: string[] = [];
      const entry = launch(what, (line) => void stdout.push(line));
      createInterface({ input: entry.process.stderr as NodeJS.ReadableStream }).on('line', (line) => void stderr.push(line));
      await entry.exited;
      return { code: entry.process.exitCode ?? 1, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
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
  };
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
