import { existsSync, readFileSync } from 'node:fs';

/** The most memory that this process ever had. Linux counts the parent's into `maxRSS` of a child, so its own record is asked for first. */
export function peakMemoryBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
