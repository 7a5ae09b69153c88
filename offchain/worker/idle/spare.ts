import { setTimeout as sleep } from 'node:timers/promises';
import { readMachine } from './proc.ts';

const LEAST = 0.01;

/** The part of the machine that nobody used for `windowMs`, 0.01 to 1. */
export async function measureSpare(windowMs: number, signal?: AbortSignal): Promise<number> {
  const before = readMachine();
  await sleep(windowMs, undefined, signal === undefined ? {} : { signal });
  const after = readMachine();
  const allTicks = after.allTicks - before.allTicks;
  return allTicks <= 0 ? LEAST : Math.max(LEAST, 1 - (after.busyTicks - before.busyTicks) / allTicks);
}
