/** What can go wrong between stored bytes and files. */
import { HoldfastError } from '../wire/errors.ts';

/** The data is fine, but it was written under another master key. */
export class WrongKeyError extends HoldfastError {
  constructor(what: string) {
    super('WRONG_KEY', `This key does not open the ${what}: it was stored under another key.`, {
      nextStep: 'Use the wallet or the recovery phrase that stored the data.',
    });
  }
}

/** Stored bytes that are not what was stored. Another provider's fragments may still give the right ones. */
export class CorruptRecordError extends HoldfastError {
  constructor(why: string, details: Readonly<Record<string, unknown>> = {}) {
    super('CORRUPT_RECORD', `A stored record is damaged: ${why}.`, {
      retryable: true,
      details,
      nextStep: 'Read it again from other providers.',
    });
  }
}

/** A manifest, catalog or footer that decrypts but does not follow its format. */
export class MalformedError extends HoldfastError {
  constructor(what: string, why: string, options: { cause?: unknown } = {}) {
    super('MALFORMED', `The ${what} does not follow its format: ${why}.`, options);
  }
}

/** The last bytes of the bundle are no footer: no catalog can be found from here. */
export class NoFooterError extends HoldfastError {
  constructor() {
    super('NO_FOOTER', 'This bundle does not end in a footer, so it does not say where the catalog is.', {
      nextStep: 'Try the bundle before it, or the name record.',
    });
  }
}

/** A path or name that cannot be stored, or must not be written. */
export class UnsafePathError extends HoldfastError {
  constructor(path: string, why: string) {
    super('UNSAFE_PATH', `The path ${JSON.stringify(path)} is refused: ${why}.`, { details: { path } });
  }
}

/** Thrown by `SourceObject.open` when one file cannot be read; the upload leaves the file out and goes on. */
export class UnreadableSourceError extends HoldfastError {
  constructor(path: string, cause: unknown) {
    super('UNREADABLE_SOURCE', `The file ${JSON.stringify(path)} could not be read.`, { cause, details: { path } });
  }
}

/** The caller asked for something that has no meaning; retrying will not help. */
export class CodecInputError extends HoldfastError {
  constructor(why: string) {
    super('CODEC_INPUT', `The request cannot be carried out: ${why}.`);
  }
}
