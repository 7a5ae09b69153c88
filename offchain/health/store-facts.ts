/** What is wrong with the database: asked, and every few seconds written to. */
import type { Store } from '../store/open.ts';
import type { Fact } from './fact.ts';
import { within } from '../wire/timing.ts';
import { reasonOf } from './fact.ts';

const ANSWER_MS = 3_000;
/** Each write waits for the disk. */
const WRITE_MS = 10_000;
const PROBE_FACT = 'health-probe';

const LOCKED = /SQLITE_BUSY|SQLITE_LOCKED|timed out|Transaction API error|transaction already|database is locked|database table is locked|Socket timeout|no answer within/i;
const READ_ONLY = /SQLITE_(READONLY|FULL|IOERR|PERM)|readonly database|read-only transaction|disk is full|No space left|disk I\/O error/i;

export function createStoreFacts(store: Store, nowMs: () => number = Date.now): { look(): Promise<Fact[]> } {
  let writtenMs = -Infinity;
  let writeFault: Fact[] = [];
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const content = { key: PROBE_FACT, value: String(nowMs()) };
    await store.fact.upsert({ where: { key: PROBE_FACT }, create: content, update: content });
  };
  return {
    async look() {
      try {
        await within(store.fact.count(), ANSWER_MS);
        // While it fails it is tried each time: the way back should show at once.
        if (nowMs() - writtenMs < WRITE_MS && writeFault.length === 0) return [];
        writtenMs = nowMs();
        // One that hangs is not joined by others.
        writing ??= write().finally(() => (writing = undefined));
        await within(writing, ANSWER_MS);
        return (writeFault = []);
      } catch (error) {
        return (writeFault = [factOf(error)]);
      }
    },
  };
}

function factOf(error: unknown): Fact {
  const text = error instanceof Error ? error.message : String(error);
  const reason = reasonOf(error);
  if (READ_ONLY.test(text)) return { code: 'DATABASE_READ_ONLY', sentence: `The database cannot be written: ${reason}` };
  if (LOCKED.test(text)) return { code: 'DATABASE_LOCKED', sentence: `The database is held up by another process, or too slow: ${reason}` };
  return { code: 'DATABASE_AWAY', sentence: `The database does not answer: ${reason}` };
}
