/** When the spool is committed: in time, and before it is full. */
import type { Objects } from './context.ts';

const INTERVAL_MAX_MS = 500;
/** Longer than a client takes from one body to the next. */
const WRITERS_REST_MS = 1_000;
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

export class Flusher {
  readonly #objects: Objects;
  /** After a failure: not before, and how long the next pause is. */
  #notBeforeMs = 0;
  #pauseMs = PAUSE_FIRST_MS;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  get intervalMs(): number {
    return Math.max(10, Math.min(INTERVAL_MAX_MS, this.#objects.settings.flushMs >> 2));
  }

  async tick(): Promise<void> {
    if (!this.#isDue() || Date.now() < this.#notBeforeMs) return;
    try {
      await this.#objects.flush();
      this.#notBeforeMs = 0;
      this.#pauseMs = PAUSE_FIRST_MS;
    } catch (error) {
      // Each try may send all of it to the providers again.
      this.#notBeforeMs = Date.now() + this.#pauseMs;
      this.#pauseMs = Math.min(PAUSE_MAX_MS, this.#pauseMs * 2);
      throw error;
    }
  }

  #isDue(): boolean {
    const { journal, settings, clock, room, writers } = this.#objects;
    const { changes, sinceMs } = journal.pending;
    if (changes === 0) return false;
    const { flushMs, flushBytes, flushBusyBytes, flushChanges, spoolLimitBytes } = settings;
    if (changes >= flushChanges || (sinceMs !== undefined && clock.nowMs() - sinceMs >= flushMs)) return true;
    const enoughBytes = writers.rest(WRITERS_REST_MS) ? Math.min(flushBytes, flushBusyBytes) : flushBusyBytes;
    return room.spooledBytes >= Math.min(enoughBytes, spoolLimitBytes / 2);
  }
}
