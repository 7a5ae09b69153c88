import { HoldfastError } from '../../wire/errors.ts';

/** The query asks for what cannot be answered: its sentence goes to whoever asked. */
export class QueryError extends HoldfastError {
  constructor(shortMessage: string) {
    super('BAD_QUERY', shortMessage);
  }
}

/** Too much at once: to be asked again later. */
export class QueryBusyError extends HoldfastError {
  constructor(shortMessage: string) {
    super('BUSY', shortMessage, { retryable: true, nextStep: 'Ask again in a few seconds.' });
  }
}
