/** Why a record of a public name is not taken, or not found. */
import { ConflictError, ForbiddenError, NotFoundError, UnavailableError } from '../../wire/http-errors.ts';
import type { Rank } from '../../wire/named-record.ts';

/** Not above the record that stands. `details.head`: that one. */
export class PublicNameConflictError extends ConflictError {
  constructor(name: string, given: { readonly version: number }, head: Rank) {
    super(`Version ${given.version} of ${name} is refused: version ${head.version} with other content stands.`, {
      code: 'NAME_CONFLICT',
      details: { name, version: given.version, head: { tenure: head.tenure, version: head.version, hash: head.hash } },
      nextStep: 'Resolve the name, look at what stands now, and publish again on top of it.',
    });
  }
}

/** By the chain's deeds the signer does not own the name in this tenure. */
export class NameTakenError extends ForbiddenError {
  constructor(facts: { readonly name: string; readonly signer: string; readonly owner: string | undefined }) {
    const { name, signer, owner } = facts;
    super(owner === undefined ? `Nobody has claimed ${name} on the chain.` : `${name} belongs to ${owner}, not to ${signer}.`, {
      code: owner === undefined ? 'NAME_UNCLAIMED' : 'NAME_TAKEN',
      details: facts,
      nextStep: owner === undefined ? 'Claim it first; publishing does that by itself.' : 'Choose another name, or ask its owner to hand it over.',
    });
  }
}

export class NameHandedOverError extends ForbiddenError {
  constructor(facts: { readonly name: string; readonly owner: string }) {
    super(`${facts.name} was handed over to ${facts.owner}.`, { code: 'NAME_HANDED_OVER', details: facts, nextStep: 'Only its present owner can publish.' });
  }
}

/** Keys are free: a key that never rented anything gets no room. */
export class NoStandingError extends ForbiddenError {
  constructor(owner: string) {
    super(`${owner} has never opened an agreement, so no public name is kept for it.`, { code: 'NO_AGREEMENT', nextStep: 'Rent space first.' });
  }
}

export class NoSuchRecordError extends NotFoundError {
  constructor(key: string) {
    super('No such record is kept here or at the holders that answered.', { code: 'NO_SUCH_NAME', details: { key }, nextStep: 'Check the spelling; a name that was never published has no record.' });
  }
}

/** `what`: of whom or where there are too many. */
export class TooManyNamesError extends UnavailableError {
  constructor(what: string, limit: number) {
    super(`${what} has ${limit} names already, which is the limit.`, { code: 'TOO_MANY_NAMES', retryable: false, details: { limit }, nextStep: 'Use other names again: a withdrawn one counts too.' });
  }
}
