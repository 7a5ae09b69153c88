/** What can go wrong when content is adopted instead of stored again. */
import { HoldfastError } from '../../wire/errors.ts';

/** Nobody is known to keep it, or everything that is said of it turned out wrong: then it has to be stored. */
export class NotAdoptableError extends HoldfastError {
  constructor(contentId: string, reasons: readonly string[]) {
    super('NOT_ADOPTABLE', reasons.length === 0 ? `No heavy node knows anybody who keeps ${contentId}.` : `${contentId} cannot be adopted: ${reasons.join('; ')}.`, {
      details: { contentId, reasons },
      nextStep: 'Store it with `holdfast put --public`.',
    });
  }
}

/** The name is taken by something else. */
export class NameTakenError extends HoldfastError {
  constructor(name: string) {
    super('NAME_TAKEN', `${JSON.stringify(name)} is the name of something else that is stored.`, { details: { name }, nextStep: 'Choose another name with --name.' });
  }
}

/** Only public content of one's own in a locked agreement can be offered to others. */
export class NotOfferedError extends HoldfastError {
  constructor(contentId: string, reasons: readonly string[]) {
    super('NOT_OFFERED', `No heavy node took up ${contentId} (${reasons.join('; ') || 'there is none to ask'}).`, { retryable: true, details: { contentId, reasons }, nextStep: 'Lock the agreement with `holdfast lock`, and try again.' });
  }
}
