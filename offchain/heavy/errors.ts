/** What can go wrong at a heavy node. Every message says what happened, why, and what to do about it. */
import { HoldfastError } from '../wire/errors.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../wire/http-errors.ts';
import { formatTokens } from '../wire/tokens.ts';
import { REFUSALS_SHOWN } from './limits.ts';
import type { Refusal } from './placement/candidate.ts';
import { countRefusals, countsText, someOfEach } from './placement/tally.ts';

export interface Shortage {
  readonly wanted: number;
  readonly found: number;
  readonly asked: number;
  readonly refused: readonly Refusal[];
}

/** `found` providers fit where `wanted` were needed; `refused` says why each other one did not. Retryable: providers come and go. */
export class TooFewProvidersError extends ConflictError {
  readonly facts: Shortage;

  constructor(facts: Shortage) {
    const { wanted, found, asked, refused } = facts;
    super(`${wanted} providers are needed and ${found} of ${asked} fit${summary(refused)}.`, {
      code: 'TOO_FEW_PROVIDERS',
      retryable: true,
      details: { wanted, found, asked, counts: countRefusals(refused), refused: someOfEach(refused, REFUSALS_SHOWN) },
      nextStep: 'Use a smaller scheme or quota, raise the price limit, or wait until more providers of other regions are up.',
    });
    this.facts = facts;
  }

  /** The same with providers that refused before any placement was tried. */
  with(refused: readonly Refusal[]): TooFewProvidersError {
    return new TooFewProvidersError({ ...this.facts, asked: this.facts.asked + refused.length, refused: [...refused, ...this.facts.refused] });
  }
}

/** Enough providers would take the slots, but not at the creator's limit. Prices are token units per batch and epoch. */
export class PriceAboveLimitError extends ConflictError {
  constructor(facts: { readonly wanted: number; readonly withinLimit: number; readonly priceLimit: bigint; readonly needed: bigint }) {
    const { wanted, withinLimit, priceLimit, needed } = facts;
    super(`Only ${withinLimit} of ${wanted} slots can be had for ${formatTokens(priceLimit)} per batch and epoch; the dearest one costs ${formatTokens(needed)}.`, {
      code: 'PRICE_ABOVE_LIMIT',
      details: { wanted, withinLimit, priceLimit: String(priceLimit), needed: String(needed) },
      nextStep: `Raise the price limit to at least ${formatTokens(needed)}, or wait for cheaper offers.`,
    });
  }
}

/** Whoever asks has no claim here: a wrong signature, an agreement of another heavy node, a creator without any agreement. */
export class NotEntitledError extends ForbiddenError {
  constructor(code: 'BAD_SIGNATURE' | 'NOT_MY_AGREEMENT' | 'NO_AGREEMENT', shortMessage: string, nextStep: string) {
    super(shortMessage, { code, nextStep });
  }
}

/** The creator's number of agreements moved on since the request was made. */
export class StaleNonceError extends ConflictError {
  constructor(facts: { readonly given: number; readonly current: number }) {
    super(`The request is for nonce ${facts.given}; the market expects ${facts.current} of this creator.`, {
      code: 'STALE_NONCE',
      retryable: true,
      details: facts,
      nextStep: 'Read nonceOf from the market and ask again.',
    });
  }
}

export class NoSuchNameError extends NotFoundError {
  constructor(creator: string) {
    super(`No record of ${creator} is kept here or at the heavy nodes that answered.`, {
      code: 'NO_SUCH_NAME',
      details: { creator },
      nextStep: 'A creator that has never stored anything has no record; otherwise ask again when more heavy nodes are up.',
    });
  }
}

/** The stored record is newer, or as new with another value. The writer must read it and write on top of it. */
export class NameConflictError extends ConflictError {
  constructor(facts: { readonly creator: string; readonly version: number; readonly stored: number }) {
    super(`Version ${facts.version} of ${facts.creator}'s record is refused: version ${facts.stored} is kept with another value.`, {
      code: 'NAME_CONFLICT',
      details: facts,
      nextStep: 'Read the kept record, merge, and write it with the next version.',
    });
  }
}

export class SealKeyError extends HoldfastError {
  constructor(code: 'NO_SEAL_KEY' | 'SEAL_KEY_UNREADABLE', agreement: number, reason: string, nextStep: string) {
    super(code, `The seal key of agreement ${agreement} ${reason}.`, { details: { agreement }, nextStep });
  }
}

/** More keys claim to be an agreement's than are worth trying. */
export class TooManySealKeysError extends ConflictError {
  constructor(agreement: number, limit: number) {
    super(`${limit} different seal keys of agreement ${agreement} are kept already.`, {
      code: 'TOO_MANY_SEAL_KEYS',
      details: { agreement, limit },
      nextStep: 'An agreement has one seal key: check which master key it was derived from.',
    });
  }
}

/** A repair that cannot go on now; its job stays and is tried again. */
export class RepairError extends HoldfastError {
  constructor(
    code: 'TOO_FEW_FRAGMENTS' | 'WRONG_REBUILD' | 'NO_DESCRIPTION' | 'BAD_FRAGMENT' | 'BAD_SUCCESSION' | 'NO_SEAL_KEY' | 'BATCHES_LOST',
    shortMessage: string,
    details: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ) {
    super(code, shortMessage, { retryable: true, details, cause });
  }
}

function summary(refused: readonly Refusal[]): string {
  return refused.length === 0 ? '' : ` (left out: ${countsText(countRefusals(refused))})`;
}
