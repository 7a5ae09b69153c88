import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../offchain/store/log.ts';
import { createGroup } from '../../offchain/worker/idle/group.ts';
import { startIdleCommand } from '../../offchain/worker/idle/idle-command.ts';
import type { IdleCommand, IdleOptions } from '../../offchain/worker/idle/idle-command.ts';
import { readProcess, readProcesses } from '../../offchain/worker/idle/proc.ts';
import { until } from '../heavy/support.ts';

const BUSY = [process.execPath, '-e', 'for (;;);'];
/** A parent that only waits, and a child in the same group that does the work. */
const BUSY_CHILD = ['sh', '-c', `"${process.execPath}" -e 'for (;;);' & wait`];

let home: string;
let started: IdleCommand[];
const lines: string[] = [];
const log = createLogger({ name: 'worker', write: (line) => void lines.push(line) });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-idle-'));
  started = [];
  lines.length = 0;
});
afterEach(async () => {
  await Promise.all(started.map((command) => command.stop()));
  await rm(home, { recursive: true, force: true });
});

/** `userLoad` 1: other tests keep the machine busy. */
function start(command: readonly string[], options: Partial<IdleOptions> = {}): IdleCommand {
  const idle = startIdleCommand({ command, share: 1, userLoad: 1, home, logBytes: 4_096, log, ...options });
  started.push(idle);
  return idle;
}

function membersOf(idle: IdleCommand): ReturnType<typeof readProcesses> {
  const { pid } = idle.status();
  return readProcesses().filter(({ group, state }) => group === pid && state !== 'Z');
}

const isStopped = (idle: IdleCommand): true | undefined => {
  const members = membersOf(idle);
  return members.length > 0 && members.every(({ state }) => state === 'T') ? true : undefined;
};

describe.runIf(process.platform === 'linux')('an idle command', () => {
  it.each([['one process', BUSY], ["a shell's child", BUSY_CHILD]])('keeps to its share: %s', async (_name, command) => {
    const share = 0.25 / availableParallelism();
    const idle = start(command, { share });
    await until('the first ticks', () => (idle.status().cpuSeconds > 0.05 ? true : undefined));
    const group = createGroup(idle.status().pid as number);
    group.look(true);
    const beganMs = performance.now();
    await sleep(3_000);
    const { usedTicks } = group.look(true);
    const ticksAvailable = ((performance.now() - beganMs) / 10) * availableParallelism();
    expect(usedTicks).toBeLessThanOrEqual(share * ticksAvailable * 1.5);
    // It does run.
    expect(usedTicks).toBeGreaterThan(0);
  });

  it('stands still at once while the network works, and goes on afterwards', async () => {
    const idle = start(BUSY_CHILD);
    await until('the child', () => (membersOf(idle).length >= 2 ? true : undefined));
    await until('the first ticks', () => (idle.status().cpuSeconds > 0 ? true : undefined));
    idle.hold('job');
    await until('every process to stop', () => isStopped(idle), 5_000);
    expect(idle.status()).toMatchObject({ state: 'paused', holds: ['job'] });
    const group = createGroup(idle.status().pid as number);
    group.look(true);
    await sleep(300);
    expect(group.look(true).usedTicks).toBe(0);
    idle.release('job');
    await until('it to go on', () => (group.look(true).usedTicks > 0 ? true : undefined), 10_000);
  });

  it('stands still while somebody else needs the machine', async () => {
    const others = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      const idle = start(BUSY, { userLoad: 0.2 });
      await until('the hold', () => (idle.status().holds.includes('user') ? true : undefined), 15_000);
      await until('it to stop', () => isStopped(idle), 5_000);
    } finally {
      for (const other of others) other.kill('SIGKILL');
    }
  });

  it('ends with all of its processes, a stopped one and one that ignores the request too', async () => {
    const idle = start(['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done']);
    await until('it to run', () => (membersOf(idle).length > 0 ? true : undefined));
    const { pid } = idle.status();
    idle.hold('job');
    await idle.stop();
    expect(readProcesses().filter(({ group, state }) => group === pid && state !== 'Z')).toEqual([]);
    expect(idle.status()).toMatchObject({ state: 'ended', pid: undefined });
  });

  it('is started again, later and later, when it fails; and left alone when it is done', async () => {
    const failing = start(['sh', '-c', 'echo out of luck; exit 3']);
    await until('the second start', () => (failing.status().starts >= 2 ? true : undefined), 10_000);
    const failures = lines.map((line) => JSON.parse(line) as { event: string; code?: number; retryInMs?: number }).filter(({ event }) => event === 'idle.failed');
    expect(failures[0]).toMatchObject({ code: 3, retryInMs: 1_000 });
    await until('the second failure', () => (lines.filter((line) => line.includes('idle.failed')).some((line) => line.includes('"retryInMs":2000')) ? true : undefined));
    const done = start(['true']);
    await until('its end', () => (done.status().state === 'ended' ? true : undefined), 5_000);
    expect(done.status().starts).toBe(1);
  });

  it('that does not exist is an error in the log, not the end of the worker', async () => {
    const idle = start([join(home, 'no-such-program')]);
    await until('the failure', () => (lines.some((line) => line.includes('idle.failed') && line.includes('"code":127')) ? true : undefined), 5_000);
    expect(idle.status().state).toBe('waiting');
  });

  it('fills no disk with what it says', async () => {
    const idle = start(['sh', '-c', 'while :; do echo 0123456789012345678901234567890123456789; done'], { share: 0.5 });
    await until('some output', async () => ((await stat(join(home, 'idle.log.1')).catch(() => undefined)) === undefined ? undefined : true), 20_000);
    await idle.stop();
    for (const name of ['idle.log', 'idle.log.1']) expect((await stat(join(home, name))).size).toBeLessThanOrEqual(2_048);
    expect(await readFile(join(home, 'idle.log.1'), 'utf8')).toContain('0123456789');
  });

  it('does not outlive a worker that was killed', async () => {
    const script = join(import.meta.dirname, 'idle-child.ts');
    const child = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())));
    const pid = Number(said);
    expect(readProcess(pid)?.state).toMatch(/^[RST]$/);
    child.kill('SIGKILL');
    await until('the command to be gone', () => ((readProcess(pid)?.state ?? 'Z') === 'Z' ? true : undefined), 10_000);
  });
});
