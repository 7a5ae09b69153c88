/** What the kernel counts: /proc/stat of the machine, /proc/<pid>/stat of a process. Times in ticks. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** USER_HZ: what /proc counts in, on every Linux but Alpha and Itanium. */
export const TICKS_PER_SECOND = 100;

export interface ProcessTimes {
  readonly pid: number;
  /** R, S, D, T (stopped), Z, ... */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its own and those of its ended children. */
  readonly ticks: number;
  /** Its own alone. */
  readonly ownTicks: number;
  /** With the pid this names one process for ever. */
  readonly startTick: number;
}

export interface MachineTimes {
  /** Of all cores, spent on anything. */
  readonly busyTicks: number;
  readonly allTicks: number;
}

export function hasProc(): boolean {
  return existsSync('/proc/self/stat') && existsSync('/proc/stat');
}

/** Undefined when there is no such process any more. */
export function readProcess(pid: number | 'self'): ProcessTimes | undefined {
  try {
    return parseProcess(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The name in brackets may hold anything, brackets and blanks too. */
export function parseProcess(text: string): ProcessTimes {
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(rest[index]);
  return {
    pid: Number.parseInt(text, 10),
    state: rest[0] ?? '?',
    parent: at(1),
    group: at(2),
    session: at(3),
    ticks: at(11) + at(12) + at(13) + at(14),
    ownTicks: at(11) + at(12),
    startTick: at(19),
  };
}

export function readProcesses(): ProcessTimes[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

export function readMachine(): MachineTimes {
  return parseMachine(readFileSync('/proc/stat', 'latin1'));
}

/** First line: user nice system idle iowait irq softirq steal guest guest_nice; guests are in user and nice already, stolen time is nobody's. */
export function parseMachine(text: string): MachineTimes {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0] = text.slice(0, text.indexOf('\n')).trim().split(/\s+/).slice(1).map(Number);
  const busyTicks = user + nice + system + irq + soft;
  return { busyTicks, allTicks: busyTicks + idle + wait };
}
