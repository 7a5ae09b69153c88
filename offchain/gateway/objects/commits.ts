/** Writes, judged one after the other and committed in groups: each is atomic, and in a group none sees a thing that another one changes. */
import { setImmediate } from 'node:timers/promises';
import { type Change, checkChange } from './records.ts';
import { GROUP_MAX } from './settings.ts';

export interface Write<T> {
  /** What it counts on and does not change... */
  readonly shared: readonly string[];
  /** ...and what it changes. Two writes of one group never meet in it. */
  readonly exclusive: readonly string[];
  /** Judges the tables as they are. Whatever it throws is this write's failure alone. */
  plan(): Promise<{ readonly changes: readonly Change[]; readonly result: T }>;
}

interface Waiting {
  /** Undefined: an act that wants to be alone. */
  readonly write: Write<unknown> | undefined;
  readonly act: (() => Promise<unknown>) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Commits {
  /** Makes the changes durable and visible, all or none. */
  readonly #commit: (changes: readonly Change[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(commit: (changes: readonly Change[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Returns when the write is committed. */
  write<T>(write: Write<T>): Promise<T> {
    return this.#enqueue<T>({ write, act: undefined });
  }

  /** Runs while no write does. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    return this.#enqueue<T>({ write: undefined, act });
  }

  /** Waits for what is under way, and for what its end brings about. */
  async idle(): Promise<void> {
    do {
      await this.#running;
      await setImmediate();
    } while (this.#running !== undefined);
  }

  #enqueue<T>(what: Pick<Waiting, 'write' | 'act'>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ ...what, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // Those who come in the same turn share the first group.
    await Promise.resolve();
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) {
        // In the same turn: who comes later begins anew.
        this.#running = undefined;
        return;
      }
      if (first.act !== undefined) {
        this.#waiting.shift();
        await first.act().then(first.resolve, first.reject);
      } else await this.#commitGroup(this.#takeGroup());
    }
  }

  /** The longest row of writes that do not meet: order is kept, so the last one of a key is the one that stays. */
  #takeGroup(): Waiting[] {
    const shared = new Set<string>();
    const exclusive = new Set<string>();
    const group: Waiting[] = [];
    for (const one of this.#waiting) {
      const { write } = one;
      if (write === undefined || group.length === GROUP_MAX) break;
      if (write.exclusive.some((subject) => shared.has(subject) || exclusive.has(subject)) || write.shared.some((subject) => exclusive.has(subject))) break;
      for (const subject of write.shared) shared.add(subject);
      for (const subject of write.exclusive) exclusive.add(subject);
      group.push(one);
    }
    this.#waiting.splice(0, group.length);
    return group;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const changes: Change[] = [];
    const planned: { readonly one: Waiting; readonly result: unknown }[] = [];
    for (const one of group) {
      try {
        const plan = await one.write!.plan();
        changes.push(...plan.changes.map(checkChange));
        planned.push({ one, result: plan.result });
      } catch (error) {
        one.reject(error);
      }
    }
    try {
      if (changes.length > 0) await this.#commit(changes);
      for (const { one, result } of planned) one.resolve(result);
    } catch (error) {
      for (const { one } of planned) one.reject(error);
    }
  }
}
