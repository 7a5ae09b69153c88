import { bytesToHex } from 'viem';
import { answerChallenge } from '../chain/answer-challenge.ts';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { epochAt } from '../chain/epoch.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { readChallenge } from '../chain/read-challenge.ts';
import type { ChallengeState } from '../chain/read-challenge.ts';
import { geometry } from '../codec/geometry.ts';
import { encodeSample } from '../proof/sample.ts';
import { showLeaf } from './answer-draw.ts';
import { forgetChallenge, openChallenges } from './challenge-list.ts';
import type { Provider } from './context.ts';

const BOOST_STEP_PERCENT = 25;
const BOOST_MAX_PERCENT = 200;
/** Answers that are on their way at once, those with the nearest deadline first. */
const ANSWERS_AT_ONCE = 8;

/** What was tried so far. A restart forgets it, and no more than that. */
interface Attempts {
  failures: number;
  lastError: string | undefined;
}

/**
 * Answers targeted challenges of this provider's slots. Which ones are open is remembered in the store and asked of the chain each time, so
 * restarts and reorganisations change nothing. Until the deadline a new upload of a damaged fragment still helps; a surrender does not, for the
 * market refuses it while a challenge is open. surrender-lost.ts gives such slots up before anybody challenges them.
 */
export class Challenges {
  readonly #provider: Provider;
  readonly #attempts = new Map<bigint, Attempts>();

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** Looks at what sync-chain.ts noted. What goes wrong with one challenge is logged and tried again. */
  async tick(): Promise<void> {
    const { chain, store, id } = this.#provider;
    const numbers = await openChallenges(store);
    if (numbers.length === 0) return;
    const states = await Promise.all(numbers.map(async (number) => ({ number, state: await readChallenge(chain, number) })));
    const mine: ChallengeState[] = [];
    for (const { number, state } of states) {
      if (state?.provider === id) mine.push(state);
      else await this.#forget(number);
    }
    mine.sort((a, b) => a.deadlineEpoch - b.deadlineEpoch);
    for (let at = 0; at < mine.length; at += ANSWERS_AT_ONCE) {
      await Promise.all(mine.slice(at, at + ANSWERS_AT_ONCE).map((state) => this.#attempt(state)));
    }
  }

  async #attempt(state: ChallengeState): Promise<void> {
    const { chain, log } = this.#provider;
    const { challenge, agreement, slot, deadlineEpoch } = state;
    const attempts = this.#attempts.get(challenge) ?? { failures: 0, lastError: undefined };
    this.#attempts.set(challenge, attempts);
    try {
      if (epochAt(chain.clock, await chain.nowSeconds()) >= deadlineEpoch) {
        log.error('challenge.missed', { challenge, agreement, slot, deadlineEpoch, failures: attempts.failures, error: attempts.lastError });
        return await this.#forget(challenge);
      }
      const proof = await proofOf(this.#provider, state);
      const feeBoostPercent = Math.min(attempts.failures * BOOST_STEP_PERCENT, BOOST_MAX_PERCENT);
      const { bond, transactionHash } = await answerChallenge(chain, { challenge, proof: bytesToHex(proof), feeBoostPercent });
      log.info('challenge.answered', { challenge, agreement, slot, bond, failures: attempts.failures, txHash: transactionHash });
      await this.#forget(challenge);
    } catch (error) {
      await this.#noteFailure(state, attempts, error);
    }
  }

  async #noteFailure(state: ChallengeState, attempts: Attempts, error: unknown): Promise<void> {
    const { log } = this.#provider;
    const { challenge, agreement, slot, deadlineEpoch } = state;
    // Somebody else answered, or the deadline passed in between.
    if (error instanceof ContractRevertError && ['NoSuchChallenge', 'AnswerLate'].includes(error.errorName)) return;
    const message = error instanceof Error ? error.message : String(error);
    attempts.failures += 1;
    if (attempts.lastError !== message) log.error('challenge.not-answered', { challenge, agreement, slot, deadlineEpoch, error: message });
    attempts.lastError = message;
  }

  async #forget(challenge: bigint): Promise<void> {
    this.#attempts.delete(challenge);
    await forgetChallenge(this.#provider.store, challenge);
  }
}

/** The leaf and its siblings up to the bundle root, from this provider's files. Throws DamagedFragmentError, CannotProveError. */
async function proofOf(provider: Provider, state: ChallengeState): Promise<Uint8Array> {
  const agreement = await provider.agreements.get(state.agreement);
  const committed = await readBundle(provider.chain, state.agreement, state.bundle);
  const { leaves } = geometry(agreement);
  const { agreement: id, slot, bundle, batch, leaf } = state;
  return encodeSample(await showLeaf(provider, { agreement: id, slot, bundle, batch, leaf, leaves, n: agreement.n }, committed));
}
