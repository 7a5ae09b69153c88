/** The newest output of a command: two files of half the size each, the older one replaced when the newer is full. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';

const BYTES_PER_SECOND = 256 * 1024;

export interface BoundedLog {
  /** Keeps what comes. A command that says more than 256 KiB a second waits for its reader. */
  take(stream: Readable): void;
}

export function createBoundedLog(path: string, maxBytes: number): BoundedLog {
  const half = Math.floor(maxBytes / 2);
  let sizeBytes = sizeOf(path);
  let secondMs = 0;
  let inSecond = 0;

  const write = (bytes: Uint8Array): void => {
    const part = bytes.subarray(Math.max(0, bytes.length - half));
    try {
      if (sizeBytes + part.length > half) {
        if (sizeBytes > 0) renameSync(path, `${path}.1`);
        sizeBytes = 0;
      }
      appendFileSync(path, part);
      sizeBytes += part.length;
    } catch {
      // A full disk must not end the worker: the output is lost.
    }
  };
  return {
    take(stream) {
      stream.on('error', () => undefined);
      stream.on('data', (bytes: Buffer) => {
        const nowMs = performance.now();
        if (nowMs - secondMs > 1_000) [secondMs, inSecond] = [nowMs, 0];
        inSecond += bytes.length;
        write(bytes);
        if (inSecond < BYTES_PER_SECOND) return;
        stream.pause();
        setTimeout(() => stream.resume(), Math.max(0, secondMs + 1_000 - nowMs)).unref();
      });
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
