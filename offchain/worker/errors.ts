import { HoldfastError } from '../wire/errors.ts';
import type { JobFailure } from '../wire/jobs.ts';

const MESSAGE_CHARACTERS = 400;

/** A job that ends without a result; `failure` is what the heavy node is told. */
export class JobEndedError extends HoldfastError {
  readonly failure: JobFailure;

  constructor(reason: JobFailure['reason'], shortMessage: string, options: { readonly at?: number; readonly cause?: unknown } = {}) {
    super('JOB_ENDED', shortMessage, { cause: options.cause, details: { reason } });
    this.failure = { reason, message: shortMessage.slice(0, MESSAGE_CHARACTERS), ...(options.at === undefined ? {} : { at: options.at }) };
  }
}

export class NoSuchHeavyError extends HoldfastError {
  constructor(heavy: number) {
    super('NO_SUCH_HEAVY', `Node ${heavy} is no heavy node with an address.`, { details: { heavy }, nextStep: 'Name the id of a registered heavy node as `heavy` of the worker.' });
  }
}

export class IdleCommandError extends HoldfastError {
  constructor(reason: string, nextStep: string) {
    super('IDLE_COMMAND', `The idle command cannot be run: ${reason}.`, { nextStep });
  }
}
