/** Why a letter is not taken, or not found. */
import { ConflictError, ForbiddenError, NotFoundError, UnauthorizedError, UnavailableError } from '../../wire/http-errors.ts';
import type { LetterRank } from '../../wire/letter.ts';

/** Not above the one that is kept: an old letter sent again, or two that were written at the same time. */
export class LetterConflictError extends ConflictError {
  constructor(given: number, kept: LetterRank) {
    super(`Version ${given} of the letter is refused: version ${kept.version} is kept.`, { code: 'LETTER_CONFLICT', details: { given, kept: kept.version }, nextStep: 'Read what stands now, and write again on top of it.' });
  }
}

/** Addresses are free, so room is for those that have done something on the chain. */
export class NoLetterStandingError extends ForbiddenError {
  constructor(from: string, kind: string) {
    super(kind === 'grant' ? `${from} has never opened an agreement, so it has nothing to share.` : `The chain knows nothing of ${from}, so no letters are kept for it.`, {
      code: 'NO_STANDING',
      nextStep: kind === 'grant' ? 'Rent space first.' : 'Send the address some of the chain\'s coin, or hand its key to whoever shares with it as a card (`holdfast share key --card`).',
    });
  }
}

export class MailboxFullError extends UnavailableError {
  constructor(whose: string, limit: number) {
    super(`${whose}: there is room for ${limit}, and no more.`, { code: 'MAILBOX_FULL', retryable: false, details: { limit }, nextStep: 'Take back what is no longer needed, or hand the grant over as a file.' });
  }
}

export class NoSuchLetterError extends NotFoundError {
  constructor(what: string) {
    super(`${what} is not kept here, was taken back, or has expired.`, { code: 'NO_SUCH_LETTER' });
  }
}

export class NotYourMailboxError extends UnauthorizedError {
  constructor(why: string) {
    super(`The letters are not shown: ${why}.`, { code: 'NOT_YOUR_MAILBOX', nextStep: 'Sign the request with the wallet that the letters are for.' });
  }
}
