import { HoldfastError } from '../wire/errors.ts';

/** What is left behind when Ctrl-C ends a command, by its verb. */
const GO_ON: Readonly<Record<string, string>> = {
  put: 'What was sent is kept: run the same command again, and it goes on where it stopped. Nothing was paid.',
  get: 'Every file that is there is whole; run the same command again, with --existing keep to leave those alone.',
  fetch: 'Every file that is there is whole; run the same command again.',
  repair: 'What was mended stays; run it again for the rest.',
  collect: 'What was moved stays; run it again for the rest.',
  devnet: '',
};
const OTHERWISE = 'Unless a transaction was on its way already, nothing was paid; run it again, or see `holdfast status`.';

/** An interruption with what to do next; other errors as they are. */
export function withWayOn(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof HoldfastError) || (error.code !== 'ABORTED' && error.code !== 'INTERRUPTED')) return error;
  const verb = argv.find((word) => Object.hasOwn(GO_ON, word));
  const isStdin = verb === 'put' && argv.includes('-');
  const nextStep = isStdin ? 'Standard input cannot be read again: begin it anew. Chunks that were stored before are not stored twice.' : verb === undefined ? OTHERWISE : GO_ON[verb];
  return new HoldfastError(error.code, error.shortMessage, { cause: error, details: error.details, retryable: true, ...(nextStep === undefined || nextStep === '' ? {} : { nextStep }) });
}
