/** What can go wrong with public names and public content. */
import { HoldfastError } from '../../wire/errors.ts';

/** The location does not fit what was found there, or misses what is needed to read it. */
export class BadLocationError extends HoldfastError {
  constructor(contentId: string, why: string) {
    super('BAD_LOCATION', `What is said to be ${contentId} cannot be read: ${why}.`, { details: { contentId }, nextStep: 'Resolve the name again; its owner may have published a new version.' });
  }
}

/** What a stranger published may be of any size. */
export class TooLargeObjectError extends HoldfastError {
  constructor(contentId: string, facts: { readonly sizeBytes: number; readonly maxBytes: number }) {
    super('TOO_LARGE_OBJECT', `${contentId} has ${facts.sizeBytes} bytes; the limit is ${facts.maxBytes}.`, { details: { contentId, ...facts }, nextStep: 'Raise the limit if you want it all the same.' });
  }
}

/** Only what was stored as public content can be read by others. */
export class NotPublicError extends HoldfastError {
  constructor(name: string) {
    super('NOT_PUBLIC', `${JSON.stringify(name)} is stored encrypted: a published location would show nobody anything.`, { details: { name }, nextStep: 'Store it with `holdfast put --public`, then publish that.' });
  }
}

export class NoSuchPublicNameError extends HoldfastError {
  constructor(name: string, why: string) {
    super('NO_SUCH_NAME', `${name} stands for nothing: ${why}.`, { details: { name }, nextStep: 'Check the spelling, or ask its owner.' });
  }
}

/** Too few of the name's holders answered to say anything about it. */
export class NoHolderAnsweredError extends HoldfastError {
  constructor(name: string, facts: { readonly have: number; readonly need: number; readonly reasons: readonly string[] }) {
    super('NO_HOLDER', `${facts.have} of the heavy nodes that keep ${name} answered; ${facts.need} are needed (${facts.reasons.join('; ') || 'none is registered'}).`, {
      retryable: true,
      details: { ...facts },
      nextStep: 'Try again when more heavy nodes are up.',
    });
  }
}

export class NameNotYoursError extends HoldfastError {
  constructor(name: string, owner: string) {
    super('NAME_NOT_YOURS', `${name} belongs to ${owner}.`, { details: { name, owner }, nextStep: 'Choose another name, or ask its owner to hand it over.' });
  }
}

/** Somebody else with the same key published at the same time. */
export class PublishConflictError extends HoldfastError {
  constructor(name: string, version: number) {
    super('NAME_CONFLICT', `Another version ${version} of ${name} was published meanwhile; it stands.`, {
      details: { name, version },
      retryable: true,
      nextStep: 'Look at what stands now, and publish again: the next version follows both.',
    });
  }
}
