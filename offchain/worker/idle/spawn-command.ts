/** Starts a command in a group of its own that does not outlive this process, however that ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Cgroup } from './cgroup.ts';

/** Into the cgroup before the first instruction of the command, and behind everybody else's work. */
const START = 'test -z "$0" || echo $$ > "$0/cgroup.procs" || exit 126; exec nice -n 19 "$@"';
/** A line: all is well. The end of the pipe: this process was killed, and the command must not run on without bounds. */
const WATCH = 'read -r _ && exit 0; kill -s KILL -- "-$0"';

export interface Command {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The command has ended by itself. */
  dismiss(): void;
}

/** Undefined when it could not be started; `child` emits the error then. */
export function spawnCommand(command: readonly string[], cgroup: Cgroup | undefined): { child: ChildProcess; running: Command | undefined } {
  const child = spawn('sh', ['-c', START, cgroup?.path ?? '', ...command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) return { child, running: undefined };
  const watch = spawn('sh', ['-c', WATCH, String(pid)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return { child, running: { child, pid, dismiss: () => void watch.stdin.end('\n') } };
}
