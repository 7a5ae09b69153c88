import type { Store } from '../store/open.ts';

export interface SlotKey {
  readonly agreement: number;
  readonly slot: number;
}

/** Fragments that have a row, damaged ones included, and their bytes. */
export interface Stored {
  readonly fragments: number;
  readonly bytes: bigint;
}

/** What a statement added to a slot; what it took away is negative. */
export interface Change extends SlotKey, Stored {}

interface SlotTally extends SlotKey {
  /** Undefined: the database has to be asked. */
  stored: Stored | undefined;
  /** Statements under way. */
  writing: number;
  /** Statements that were ever begun. */
  begun: number;
  /** By `performance.now()`. Until then no answer is remembered. */
  doubtedUntilMs: number;
}

const NOTHING: Stored = { fragments: 0, bytes: 0n };
/** A server whose connection broke may go on with the statement and commit it later; for so long its slots are asked for each time. */
const DOUBT_MS = 60_000;

const tallies = new WeakMap<Store, Tally>();

export function tallyOf(store: Store): Tally {
  const tally = tallies.get(store) ?? new Tally(store);
  tallies.set(store, tally);
  return tally;
}

/**
 * How many fragments and bytes are stored. The database would have to look at every row for that, millions of them, every few seconds; here they are
 * looked at once, and then counted along. One small entry for each slot that holds something. Whoever adds or removes rows of `Fragment` does so inside `write`.
 */
export class Tally {
  readonly #store: Store;
  /** Once everything was loaded, a slot without an entry holds nothing. */
  readonly #slots = new Map<string, SlotTally>();
  #loading: Promise<void> | undefined;
  #isLoaded = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Entries in memory. */
  get entries(): number {
    return this.#slots.size;
  }

  async ofSlot(key: SlotKey): Promise<Stored> {
    await this.#load();
    const slot = this.#slots.get(nameOf(key));
    if (slot === undefined) return NOTHING;
    return slot.stored ?? this.#read(slot);
  }

  async ofAll(): Promise<Stored> {
    await this.#load();
    let [fragments, bytes] = [0, 0n];
    for (const slot of [...this.#slots.values()]) {
      const stored = slot.stored ?? (await this.#read(slot));
      fragments += stored.fragments;
      bytes += stored.bytes;
    }
    return { fragments, bytes };
  }

  /**
   * Runs a statement that adds or removes fragments of slots in `keys`. It returns what it changed; undefined where it cannot tell, and then, or when it
   * fails, the database is asked for these slots again.
   */
  async write(keys: readonly SlotKey[], statement: () => Promise<readonly Change[] | undefined>): Promise<void> {
    const slots = new Set(keys.map((key) => this.#enter(key)));
    for (const slot of slots) {
      slot.writing += 1;
      slot.begun += 1;
    }
    try {
      const changes = await statement();
      if (changes === undefined) for (const slot of slots) slot.stored = undefined;
      else for (const change of changes) add(this.#enter(change), change);
    } catch (error) {
      for (const slot of slots) {
        slot.stored = undefined;
        slot.doubtedUntilMs = performance.now() + DOUBT_MS;
      }
      throw error;
    } finally {
      for (const slot of slots) {
        slot.writing -= 1;
        this.#leaveIfEmpty(slot);
      }
    }
  }

  /** Who comes while it is under way waits for the same answer; one that failed is asked for anew. */
  #load(): Promise<void> {
    this.#loading ??= this.#readAll().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #readAll(): Promise<void> {
    const rows = await this.#store.$queryRaw<({ readonly agreement: bigint | number; readonly slot: bigint | number } & StoredRow)[]>`
      SELECT "agreement", "slot", COUNT(*) AS "fragments", CAST(SUM("sizeBytes") AS BIGINT) AS "bytes" FROM "Fragment" GROUP BY "agreement", "slot"`;
    for (const row of rows) {
      const key = { agreement: Number(row.agreement), slot: Number(row.slot) };
      // A slot that has an entry was written to, maybe beside this statement: what it saw of that, nobody knows.
      if (!this.#slots.has(nameOf(key))) this.#enter(key).stored = storedIn(row);
    }
    this.#isLoaded = true;
  }

  async #read(slot: SlotTally): Promise<Stored> {
    const { writing, begun } = slot;
    const [row] = await this.#store.$queryRaw<StoredRow[]>`
      SELECT COUNT(*) AS "fragments", CAST(SUM("sizeBytes") AS BIGINT) AS "bytes" FROM "Fragment" WHERE "agreement" = ${slot.agreement} AND "slot" = ${slot.slot}`;
    const stored = storedIn(row);
    // What was written beside this statement may be in its answer or not: true enough for now, but nothing to count on from.
    if (writing === 0 && slot.begun === begun && performance.now() >= slot.doubtedUntilMs) {
      slot.stored = stored;
      this.#leaveIfEmpty(slot);
    }
    return stored;
  }

  #enter(key: SlotKey): SlotTally {
    const known = this.#slots.get(nameOf(key));
    if (known !== undefined) return known;
    const { agreement, slot } = key;
    const entry = { agreement, slot, stored: this.#isLoaded ? NOTHING : undefined, writing: 0, begun: 0, doubtedUntilMs: -Infinity };
    this.#slots.set(nameOf(key), entry);
    return entry;
  }

  #leaveIfEmpty(slot: SlotTally): void {
    if (!this.#isLoaded || slot.writing > 0 || slot.stored?.fragments !== 0) return;
    // Who read for long may hold an entry that left meanwhile, and came anew.
    if (this.#slots.get(nameOf(slot)) === slot) this.#slots.delete(nameOf(slot));
  }
}

interface StoredRow {
  readonly fragments: bigint | number;
  /** Null where there are none. */
  readonly bytes: bigint | number | null;
}

function storedIn(row: StoredRow | undefined): Stored {
  return { fragments: Number(row?.fragments ?? 0), bytes: BigInt(row?.bytes ?? 0) };
}

function add(slot: SlotTally, { fragments, bytes }: Change): void {
  if (slot.stored !== undefined) slot.stored = { fragments: slot.stored.fragments + fragments, bytes: slot.stored.bytes + bytes };
}

function nameOf({ agreement, slot }: SlotKey): string {
  return `${agreement}/${slot}`;
}
