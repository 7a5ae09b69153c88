/** Bytes on their way through a tunnel: counted against a limit, watched for silence, and slowed to a fair share. */
import { Transform } from 'node:stream';
import { RefusedError } from './errors.ts';

export interface MeterInit {
  readonly maxBytes: number;
  /** Called with each part; the part goes on when it resolves. */
  readonly share?: (sizeBytes: number) => Promise<void>;
  /** Called for every part that passes. */
  readonly onBytes?: (sizeBytes: number) => void;
}

export function createMeter({ maxBytes, share, onBytes }: MeterInit): Transform {
  let sizeBytes = 0;
  return new Transform({
    transform(part: Uint8Array, _encoding, done) {
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) return done(new RefusedError('bytes', `More than ${maxBytes} bytes in one exchange.`));
      onBytes?.(part.length);
      if (share === undefined) return done(null, part);
      share(part.length).then(() => done(null, part), done);
    },
  });
}

/** Calls `onSilent` once when `touch` was not called for `idleMs`. */
export function createIdleTimer(idleMs: number, onSilent: () => void): { touch(): void; stop(): void } {
  const timer = setTimeout(onSilent, idleMs);
  return { touch: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
