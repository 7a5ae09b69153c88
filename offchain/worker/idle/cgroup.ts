/** The kernel's own bound on a share of the processor, where a cgroup v2 folder was delegated to this user. */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 100_000;
const QUOTA_LEAST_US = 1_000;

export interface Cgroup {
  readonly path: string;
  /** Ends whatever is left in it, and it. */
  remove(): void;
}

/** The content of cpu.max for so many cores. */
export function cpuMax(cores: number): string {
  return `${Math.max(QUOTA_LEAST_US, Math.round(cores * PERIOD_US))} ${PERIOD_US}`;
}

/** A new group below `parent` that may use `cores`; undefined where that is not permitted, or the cpu controller is not there. */
export function openCgroup(parent: string, cores: number): Cgroup | undefined {
  const path = join(parent, `holdfast-idle-${process.pid}`);
  try {
    mkdirSync(path, { recursive: false });
  } catch {
    return undefined;
  }
  const remove = (): void => {
    for (const act of [() => writeFileSync(join(path, 'cgroup.kill'), '1', { flag: 'r+' }), () => rmdirSync(path)]) {
      try {
        act();
      } catch {
        // Old kernels have no cgroup.kill; what still runs in it keeps the folder.
      }
    }
  };
  try {
    // r+: in the kernel's folder the file is there or it is not; nothing is made.
    writeFileSync(join(path, 'cpu.max'), cpuMax(cores), { flag: 'r+' });
    return { path, remove };
  } catch {
    remove();
    return undefined;
  }
}
