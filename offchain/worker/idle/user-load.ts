/** How much of the machine others use: all but this process and the idle command. */
import { readMachine, readProcess } from './proc.ts';

export interface UserLoad {
  /** Part of all cores since the last whole window, 0 to 1; undefined until the first one is over. `ownTicks`: used by the idle command since the last call. */
  look(ownTicks: number): number | undefined;
}

/** Shorter windows would be noise: a tick is 10 ms. */
const WINDOW_TICKS = 100;

export function createUserLoad(cores: number): UserLoad {
  let machine = readMachine();
  let own = readProcess('self')?.ownTicks ?? 0;
  let idle = 0;
  let load: number | undefined;
  return {
    look(ownTicks) {
      idle += ownTicks;
      const now = readMachine();
      const allTicks = now.allTicks - machine.allTicks;
      if (allTicks < WINDOW_TICKS * cores) return load;
      const mine = readProcess('self')?.ownTicks ?? own;
      const others = now.busyTicks - machine.busyTicks - (mine - own) - idle;
      load = Math.min(1, Math.max(0, others / allTicks));
      [machine, own, idle] = [now, mine, 0];
      return load;
    },
  };
}
