import { statfs } from 'node:fs/promises';
import type { Fact } from './fact.ts';
import { reasonOf } from './fact.ts';
import type { HealthSettings } from './settings.ts';

/** The file system of a node's folder. A provider knows more of its own: provider/disk-mode.ts. */
export async function diskFacts(home: string, { freeBytes }: HealthSettings): Promise<Fact[]> {
  try {
    const { bavail, bsize } = await statfs(home, { bigint: true });
    const free = bavail * bsize;
    return free < BigInt(freeBytes) ? [{ code: 'DISK_FULL', sentence: `${free} bytes are free on the disk of this node; it wants ${freeBytes} for its database.` }] : [];
  } catch (error) {
    return [{ code: 'DISK_FAILING', sentence: `The folder of this node cannot be looked at: ${reasonOf(error)}` }];
  }
}
