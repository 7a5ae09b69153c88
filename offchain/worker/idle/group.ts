/** All processes that came of one command: its process group, its session, and descendants that left both. */
import { readProcess, readProcesses } from './proc.ts';
import type { ProcessTimes } from './proc.ts';

export interface Group {
  /** Looks at the known members; at all processes when `isThorough`. Ticks used since the last look. */
  look(isThorough: boolean): { readonly usedTicks: number; readonly members: readonly ProcessTimes[] };
  signal(name: NodeJS.Signals): void;
}

/** @param leader pid of a process that leads its own group */
export function createGroup(leader: number): Group {
  let members = new Map<number, number>();
  let lastTicks = 0;
  let seen: ProcessTimes[] = [];

  const isMember = (one: ProcessTimes): boolean => one.pid === leader || one.group === leader || one.session === leader || members.get(one.pid) === one.startTick;
  const find = (): ProcessTimes[] => {
    const all = readProcesses();
    const found = new Map(all.filter(isMember).map((one) => [one.pid, one]));
    // Children of members, their children, and so on.
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const one of all) if (found.has(one.parent)) found.set(one.pid, one);
    }
    return [...found.values()];
  };

  return {
    look(isThorough) {
      seen = isThorough ? find() : [...members.keys()].flatMap((pid) => readProcess(pid) ?? []).filter(isMember);
      members = new Map(seen.map(({ pid, startTick }) => [pid, startTick]));
      const ticks = seen.reduce((sum, one) => sum + one.ticks, 0);
      // What ended outside of its parent's sight takes its ticks along.
      const usedTicks = Math.max(0, ticks - lastTicks);
      lastTicks = ticks;
      return { usedTicks, members: seen };
    },
    signal(name) {
      send(-leader, name);
      for (const { pid, group, startTick } of seen) {
        if (group !== leader && readProcess(pid)?.startTick === startTick) send(pid, name);
      }
    },
  };
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
