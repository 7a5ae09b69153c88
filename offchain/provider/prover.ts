import { setTimeout as sleep } from 'node:timers/promises';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { epochAt, epochStart } from '../chain/epoch.ts';
import { epochSeed } from '../chain/epoch-seed.ts';
import { poke } from '../chain/poke.ts';
import { hasProved } from '../chain/read-proofs.ts';
import type { Provider } from './context.ts';
import { proveEpoch } from './prove-epoch.ts';
import { releaseEnded } from './release-ended.ts';

/** Shares of an epoch. Not at its start: draws may still change by transactions that are under way there. */
const POKE_AT = 0.2;
const PROVE_AT = 0.25;
const ALARM_AT = 0.6;
/** Providers spread over this share, so that they do not all send in one block. */
const JITTER = 0.05;
const BOOST_STEP_PERCENT = 25;
const BOOST_MAX_PERCENT = 200;
/** A poke that fixed nothing was mined in the epoch before: the chain's clock is behind this one, and each further poke would be a transaction for nothing. */
const POKE_PAUSE_MS = 1_000;

/**
 * While nothing is due, the chain is looked at after this share of an epoch: on a busy machine everybody's looks are what delays everybody's proofs. And this
 * long at most, for a chain whose time is set forward, or that was away, tells nobody.
 */
const REST_SHARE = 0.15;
const REST_MAX_MS = 2_000;
/** Nor longer than so many ticks, where somebody has set these. */
const REST_TICKS = 5;
/** Looks begin so much of an epoch before something is due: the chain's clock is an estimate. */
const EARLY_SHARE = 0.05;

/** One epoch's course. */
interface Course {
  readonly epoch: number;
  readonly jitter: number;
  isProved: boolean;
  /** Its seed is fixed. */
  isDrawn: boolean;
  /** The chain drew nothing of this provider's. */
  isIdle: boolean;
  isReleased: boolean;
  hasAlarmed: boolean;
  failures: number;
  lastError: string | undefined;
  /** By the local clock. */
  pokeAgainMs: number;
}

/** An epoch that is 60 % over without its proof. */
export interface LateProof {
  readonly epoch: number;
  /** From 0 to 1. */
  readonly share: number;
  readonly lastError: string | undefined;
}

/** Proves each epoch once. `look` looks at the chain and does what is due; `tick` logs what went wrong, for the chain may be back at the next one. */
export class Prover {
  readonly #provider: Provider;
  readonly #random: () => number;
  #course: Course | undefined;
  /** By the local clock. */
  #restUntilMs = -Infinity;
  #attempt: Promise<unknown> | undefined;

  constructor(provider: Provider, random: () => number = Math.random) {
    this.#provider = provider;
    this.#random = random;
  }

  /** An attempt to prove is under way: whoever has work that can wait, waits for its end, and for `longestMs` at most. */
  async calm(longestMs: number): Promise<void> {
    if (this.#attempt !== undefined) await Promise.race([this.#attempt, sleep(longestMs, undefined, { ref: false })]);
  }

  /** As `look`, where something may be due. */
  async turn(): Promise<void> {
    const leftMs = this.#restUntilMs - Date.now();
    // A clock that was set back must not lengthen the rest.
    if (leftMs > 0 && leftMs <= REST_MAX_MS) return;
    const share = await this.look();
    this.#restUntilMs = Date.now() + this.#restMs(share);
  }

  async tick(): Promise<void> {
    await this.look().catch((error: unknown) => this.#provider.log.warn('prover.tick-failed', { error }));
  }

  /** Returns the share of the epoch that is over. @throws RpcUnavailableError, and whatever the database says; failed proofs are only noted */
  async look(): Promise<number> {
    const { chain } = this.#provider;
    const nowSeconds = await chain.nowSeconds();
    const epoch = epochAt(chain.clock, nowSeconds);
    const course = this.#courseOf(epoch);
    const share = (nowSeconds - epochStart(chain.clock, epoch)) / chain.clock.epochSeconds - course.jitter;
    await this.#advance(course, share);
    return share;
  }

  #restMs(share: number): number {
    const course = this.#course;
    const isDone = course !== undefined && ((course.isProved && course.isReleased) || course.isIdle);
    const free = isDone ? REST_SHARE : Math.min(REST_SHARE, POKE_AT - EARLY_SHARE - share);
    const { chain, config } = this.#provider;
    return Math.max(0, Math.min(free * chain.clock.epochSeconds * 1000, REST_MAX_MS, REST_TICKS * (config.tickMs ?? Infinity)));
  }

  /** What an operator should be told; also when the chain has not answered since before this epoch. */
  async late(): Promise<LateProof | undefined> {
    const { chain, clock, store } = this.#provider;
    const nowSeconds = await clock.nowSeconds();
    const epoch = epochAt(chain.clock, nowSeconds);
    const share = (nowSeconds - epochStart(chain.clock, epoch)) / chain.clock.epochSeconds;
    const course = this.#course?.epoch === epoch ? this.#course : undefined;
    if (share < ALARM_AT || course?.isProved === true || course?.isIdle === true) return undefined;
    // Whoever takes its first slot owes its first proof in the next epoch.
    const since = new Date(Date.now() - share * chain.clock.epochSeconds * 1000);
    if ((await store.heldSlot.count({ where: { state: 'held', since: { lt: since } } })) === 0) return undefined;
    return { epoch, share, lastError: course?.lastError };
  }

  #courseOf(epoch: number): Course {
    if (this.#course?.epoch !== epoch) {
      const jitter = this.#random() * JITTER;
      this.#course = { epoch, jitter, isProved: false, isDrawn: false, isIdle: false, isReleased: false, hasAlarmed: false, failures: 0, lastError: undefined, pokeAgainMs: 0 };
    }
    return this.#course;
  }

  async #advance(course: Course, share: number): Promise<void> {
    // A reorganisation may have taken the proof along.
    if (course.isProved && !(await hasProved(this.#provider.chain, this.#provider.id, course.epoch))) {
      course.isProved = false;
      this.#provider.log.warn('proof.gone', { epoch: course.epoch });
    }
    if (!course.isProved) {
      this.#attempt = this.#tryToProve(course, share);
      await this.#attempt.finally(() => (this.#attempt = undefined));
    }
    // Ended slots leave the draws when this epoch's draw is answered, or before anybody knows it.
    if (!course.isReleased && course.isProved) {
      await releaseEnded(this.#provider, course.epoch);
      course.isReleased = true;
    }
    if (share >= ALARM_AT && !course.isProved && course.failures > 0 && !course.hasAlarmed) {
      course.hasAlarmed = true;
      this.#provider.log.error('proof.alarm', { epoch: course.epoch, failures: course.failures, error: course.lastError });
    }
  }

  async #tryToProve(course: Course, share: number): Promise<void> {
    const { chain, store, log } = this.#provider;
    const { epoch } = course;
    try {
      course.isDrawn ||= (await epochSeed(chain, epoch)) !== undefined;
      if (!course.isDrawn) {
        await releaseEnded(this.#provider, epoch);
        if (share < POKE_AT || Date.now() < course.pokeAgainMs) return;
        course.pokeAgainMs = Date.now() + POKE_PAUSE_MS;
        const fixed = await poke(chain);
        if (fixed !== undefined) log.info('epoch.poked', { epoch: fixed.epoch });
        // Somebody else was first, or the chain is still in the epoch before.
        if (fixed?.epoch !== epoch && (await epochSeed(chain, epoch)) === undefined) return;
      }
      if (share < PROVE_AT) return;
      const feeBoostPercent = Math.min(course.failures * BOOST_STEP_PERCENT, BOOST_MAX_PERCENT);
      const result = await proveEpoch(this.#provider, { epoch, feeBoostPercent });
      course.isIdle = result.kind === 'nothing';
      // A reorganisation may have taken the seed along.
      if (result.kind === 'other-epoch') course.isDrawn = false;
      if (result.kind !== 'proved') return;
      course.isProved = true;
      const content = { ok: true, txHash: result.transactionHash ?? null, error: null };
      await store.proofOutcome.upsert({ where: { epoch }, create: { epoch, ...content }, update: content });
      log.info('proof.accepted', { epoch, txHash: result.transactionHash, failures: course.failures });
    } catch (error) {
      await this.#noteFailure(course, error);
      // Ended slots are all that the draw met: where nothing else is held, they may leave at once.
      if (error instanceof ContractRevertError && error.errorName === 'PruneFirst') await releaseEnded(this.#provider, epoch, { isLost: true });
    }
  }

  async #noteFailure(course: Course, error: unknown): Promise<void> {
    const { store, log } = this.#provider;
    const message = error instanceof Error ? error.message : String(error);
    course.failures += 1;
    if (course.lastError === message) return;
    course.lastError = message;
    log.error('proof.failed', { epoch: course.epoch, error: message });
    const content = { ok: false, txHash: null, error: message };
    await store.proofOutcome.upsert({ where: { epoch: course.epoch }, create: { epoch: course.epoch, ...content }, update: content });
  }
}
