/** Pages on a disk of this machine. Node only. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE_BYTES, type PageFile } from './pages.ts';

/** In `folder`, without a name where the system has files without one: it goes with the process, however that ends. */
export function openPageFile(folder: string): PageFile {
  const path = join(folder, `pages-${randomBytes(6).toString('hex')}.tmp`);
  const file = openSync(path, 'wx+', 0o600);
  const isUnnamed = remove(path);
  return {
    read(place, into) {
      for (let done = 0; done < PAGE_BYTES; ) {
        const bytesRead = readSync(file, into, done, PAGE_BYTES - done, place * PAGE_BYTES + done);
        if (bytesRead === 0) throw new RangeError(`there is no page ${place}`);
        done += bytesRead;
      }
    },
    write(place, page) {
      for (let done = 0; done < PAGE_BYTES; ) done += writeSync(file, page, done, PAGE_BYTES - done, place * PAGE_BYTES + done);
    },
    close() {
      closeSync(file);
      if (!isUnnamed) remove(path);
    },
  };
}

/** Windows removes no open file. */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
