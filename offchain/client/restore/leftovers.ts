/** Half files of a run that was killed: their names are never those of restored files. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const LEFTOVER = /^\.holdfast-[0-9a-f]{16}\.part$/;

/** How many there were. Links are not followed. */
export async function clearLeftovers(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let count = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) count += await clearLeftovers(path);
    else if (entry.isFile() && LEFTOVER.test(entry.name)) {
      await rm(path, { force: true });
      count++;
    }
  }
  return count;
}
