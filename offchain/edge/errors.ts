import { HoldfastError } from '../wire/errors.ts';
import { NotFoundError } from '../wire/http-errors.ts';

/** A reader asks the slot's provider instead. */
export class NotCachedError extends NotFoundError {
  constructor() {
    super('This edge node does not keep that fragment.', { code: 'NOT_CACHED', nextStep: "Ask the slot's provider." });
  }
}

/** A fragment could not be pulled. */
export class PullError extends HoldfastError {
  constructor(code: 'NOT_IN_BUNDLE' | 'SLOT_EMPTY' | 'BAD_PIECE' | 'TOO_LARGE' | 'NO_ROOM', why: string, details: Readonly<Record<string, unknown>>) {
    super(code, `The fragment is not pulled: ${why}.`, { details });
  }
}
