/** Bytes that known readers may have for nothing each day. They are rows of the node: a restart does not begin the day anew. */
import type { FactWriter } from '../../store/fact-writer.ts';
import type { Store } from '../../store/open.ts';

const DAY_SECONDS = 86_400;
const READERS_MAX = 10_000;
const PREFIX = 'free-bytes/';

interface Day {
  readonly day: number;
  /** Bytes by reader. */
  readonly used: Map<string, number>;
}

export class FreeQuota {
  readonly #store: Store;
  readonly #facts: FactWriter;
  #used: Map<string, number>;
  #day: number;

  private constructor(store: Store, facts: FactWriter, { day, used }: Day) {
    this.#store = store;
    this.#facts = facts;
    this.#day = day;
    this.#used = used;
  }

  /** With what was used of the newest day; rows of earlier days are dropped. */
  static async load(store: Store, facts: FactWriter): Promise<FreeQuota> {
    const rows = await store.fact.findMany({ where: { key: { startsWith: PREFIX } } });
    const kept = rows.flatMap(({ key, value }) => {
      const [, day, ...reader] = key.split('/');
      return Number.isSafeInteger(Number(day)) && Number(value) >= 0 ? [{ day: Number(day), reader: reader.join('/'), bytes: Number(value) }] : [];
    });
    const day = kept.reduce((newest, one) => Math.max(newest, one.day), -1);
    const used = new Map(kept.filter((one) => one.day === day).slice(0, READERS_MAX).map(({ reader, bytes }) => [reader, bytes]));
    const quota = new FreeQuota(store, facts, { day, used });
    if (used.size < rows.length) await quota.#dropOthers();
    return quota;
  }

  /** Takes `sizeBytes` out of the reader's `limitBytes` of this day, or nothing. */
  take(reader: string, read: { readonly sizeBytes: number; readonly limitBytes: number; readonly nowSeconds: number }): boolean {
    const { sizeBytes, limitBytes } = read;
    const used = this.#usedBy(reader, read.nowSeconds);
    if (used + sizeBytes > limitBytes || (!this.#used.has(reader) && this.#used.size >= READERS_MAX)) return false;
    this.#note(reader, used + sizeBytes);
    return true;
  }

  /** What was taken and not sent. */
  giveBack(reader: string, sizeBytes: number): void {
    const used = this.#used.get(reader);
    if (used !== undefined && sizeBytes > 0) this.#note(reader, Math.max(0, used - sizeBytes));
  }

  left(reader: string, options: { readonly limitBytes: number; readonly nowSeconds: number }): number {
    return Math.max(0, options.limitBytes - this.#usedBy(reader, options.nowSeconds));
  }

  /** No read waits for the disk: a crash forgets what was under way. */
  #note(reader: string, bytes: number): void {
    this.#used.set(reader, bytes);
    const used = this.#used;
    this.#facts.save(`${PREFIX}${this.#day}/${reader}`, () => (used === this.#used ? String(used.get(reader) ?? 0) : undefined)).catch(() => undefined);
  }

  #usedBy(reader: string, nowSeconds: number): number {
    const day = Math.floor(nowSeconds / DAY_SECONDS);
    // A clock that goes back a little gives nobody a second day.
    if (day > this.#day) {
      this.#day = day;
      this.#used = new Map();
      this.#dropOthers().catch(() => undefined);
    }
    return this.#used.get(reader) ?? 0;
  }

  async #dropOthers(): Promise<void> {
    await this.#store.fact.deleteMany({ where: { AND: [{ key: { startsWith: PREFIX } }, { NOT: { key: { startsWith: `${PREFIX}${this.#day}/` } } }] } });
  }
}
