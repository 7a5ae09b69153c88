/**
 * Time and chance of a whole process. The services of this repository work in loops that sleep between their ticks; here such a sleep
 * ends when virtual time says so, and one loop works at a time, in the order of time. All other timers stay real: they
 * guard sockets, and a virtual second may well take a real millisecond.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { SimDice } from '../dice.ts';

const LOOPS = /store\/loop\.[tj]s/;
/** Longer than any tick: whoever works longer hangs. */
const TICK_LIMIT_MS = 120_000;

interface Actor {
  readonly name: string;
  readonly dice: SimDice;
}

interface Sleeper {
  readonly actor: string;
  /** The loop's. */
  readonly name: string;
  readonly due: number;
  readonly order: number;
  readonly wake: () => void;
}

export class VirtualTime {
  nowMs: number;
  /** Actors whose loops are frozen, as if their machine was suspended. */
  readonly frozen = new Set<string>();
  readonly #least: number;
  readonly #dice: SimDice;
  readonly #actors = new AsyncLocalStorage<Actor>();
  readonly #sleepers = new Set<Sleeper>();
  #entered = 0;
  #onSleep: ((sleeper: Sleeper) => void) | undefined;
  readonly #restore: (() => void)[] = [];

  /** @param options.leastPauseMs no loop ticks more often: a simulation of days has no time for a tick each second */
  constructor(options: { readonly startMs: number; readonly leastPauseMs: number; readonly dice: SimDice }) {
    this.nowMs = options.startMs;
    this.#least = options.leastPauseMs;
    this.#dice = options.dice;
    this.#takeClock();
    this.#takeTimers();
    this.#takeChance();
  }

  /** Everything that `work` starts belongs to this actor: its loops, its random numbers. */
  as<T>(name: string, dice: SimDice, work: () => Promise<T>): Promise<T> {
    return this.#actors.run({ name, dice }, work);
  }

  /** Wakes loops in the order of their time, one after the other, until `untilMs`. `onTick` runs before each. */
  async run(untilMs: number, onTick: () => Promise<void>): Promise<void> {
    for (let next = this.#next(); next !== undefined && next.due <= untilMs; next = this.#next()) {
      this.nowMs = Math.max(this.nowMs, next.due);
      await onTick();
      await this.#tick(next);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
    await onTick();
  }

  /** Loops that have just been started are all in their first tick: returns when they sleep. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.#entered; ) {
      before = this.#entered;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  release(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const one of this.#sleepers) {
      if (this.frozen.has(one.actor)) continue;
      if (first === undefined || isBefore(one, first)) first = one;
    }
    return first;
  }

  async #tick(sleeper: Sleeper): Promise<void> {
    this.#sleepers.delete(sleeper);
    const asleep = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`a tick of ${sleeper.actor} took more than ${TICK_LIMIT_MS} ms`)), TICK_LIMIT_MS);
      // Its own sleep, not that of another loop which is late.
      this.#onSleep = ({ actor, name }) => {
        if (actor !== sleeper.actor || name !== sleeper.name) return;
        clearTimeout(limit);
        resolve();
      };
    });
    sleeper.wake();
    await asleep;
    this.#onSleep = undefined;
  }

  #sleep(delayMs: number, wake: () => void): Sleeper {
    const actor = this.#actors.getStore()?.name ?? 'nobody';
    const sleeper = { actor, name: wake.name, due: this.nowMs + Math.max(delayMs, this.#least), order: this.#entered++, wake: AsyncResource.bind(wake) };
    this.#sleepers.add(sleeper);
    this.#onSleep?.(sleeper);
    return sleeper;
  }

  #takeClock(): void {
    const Real = globalThis.Date;
    const nowMs = (): number => this.nowMs;
    class VirtualDate extends Real {
      constructor(...parts: [] | [number]) {
        if (parts.length === 0) super(nowMs());
        else super(...(parts as [number]));
      }
      static override now(): number {
        return nowMs();
      }
      /** Dates of the file system are the engine's own. */
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof Real;
      }
    }
    globalThis.Date = VirtualDate as unknown as DateConstructor;
    this.#restore.push(() => void (globalThis.Date = Real));
  }

  #takeTimers(): void {
    const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, sleep: timers.setTimeout };
    const isLoop = (): boolean => LOOPS.test(new Error().stack ?? '');
    // A handle that the loop hands back to clearTimeout.
    globalThis.setTimeout = ((act: () => void, delayMs = 0, ...rest: unknown[]) => (isLoop() ? this.#sleep(delayMs, act) : real.setTimeout(act, delayMs, ...rest))) as typeof setTimeout;
    globalThis.clearTimeout = ((handle: unknown) => {
      if (!this.#sleepers.delete(handle as Sleeper)) real.clearTimeout(handle as NodeJS.Timeout);
    }) as typeof clearTimeout;
    timers.setTimeout = (<T>(delayMs: number, value: T, options?: { signal?: AbortSignal }): Promise<T> => {
      if (!isLoop()) return real.sleep(delayMs, value, options);
      return new Promise<T>((resolve, reject) => {
        const sleeper = this.#sleep(delayMs, () => resolve(value));
        options?.signal?.addEventListener('abort', () => {
          this.#sleepers.delete(sleeper);
          reject(options.signal?.reason as Error);
        });
      });
    }) as typeof timers.setTimeout;
    syncBuiltinESMExports();
    this.#restore.push(() => {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
      timers.setTimeout = real.sleep;
      syncBuiltinESMExports();
    });
  }

  #takeChance(): void {
    const real = { randomBytes: crypto.randomBytes, randomUUID: crypto.randomUUID, random: Math.random };
    const dice = (): SimDice => this.#actors.getStore()?.dice ?? this.#dice;
    crypto.randomBytes = ((sizeBytes: number) => Buffer.from(dice().bytes(sizeBytes))) as typeof crypto.randomBytes;
    crypto.randomUUID = (() => Buffer.from(dice().bytes(16)).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')) as typeof crypto.randomUUID;
    Math.random = () => dice().share();
    syncBuiltinESMExports();
    this.#restore.push(() => {
      Object.assign(crypto, { randomBytes: real.randomBytes, randomUUID: real.randomUUID });
      Math.random = real.random;
      syncBuiltinESMExports();
    });
  }
}

/** Whose turn it is in one moment must not hang on which of them fell asleep first: that is decided by sockets and disks. */
function isBefore(one: Sleeper, other: Sleeper): boolean {
  if (one.due !== other.due) return one.due < other.due;
  if (one.actor !== other.actor) return one.actor < other.actor;
  return one.name === other.name ? one.order < other.order : one.name < other.name;
}
