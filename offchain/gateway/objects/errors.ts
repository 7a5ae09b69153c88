/** What can go wrong in a store of objects; a protocol turns the codes into its own. */
import { HoldfastError } from '../../wire/errors.ts';

export class NoSuchBucketError extends HoldfastError {
  constructor(bucket: string) {
    super('NO_SUCH_BUCKET', `There is no bucket ${JSON.stringify(bucket)}.`, { details: { bucket }, nextStep: 'Create it, or list the buckets.' });
  }
}

export class BucketExistsError extends HoldfastError {
  constructor(bucket: string) {
    super('BUCKET_EXISTS', `The bucket ${JSON.stringify(bucket)} exists already.`, { details: { bucket }, nextStep: 'Use it, or choose another name.' });
  }
}

export class BucketNotEmptyError extends HoldfastError {
  constructor(bucket: string) {
    super('BUCKET_NOT_EMPTY', `The bucket ${JSON.stringify(bucket)} still holds objects, versions, delete markers or uploads in parts.`, { details: { bucket }, nextStep: 'Delete them first.' });
  }
}

/** `versionId`: of the delete marker that is the newest version, where there is one. */
export class NoSuchKeyError extends HoldfastError {
  constructor(key: string, versionId?: string) {
    super('NO_SUCH_KEY', `There is no object ${JSON.stringify(key)}.`, { details: { key, ...(versionId === undefined ? {} : { versionId }) }, nextStep: 'List the bucket.' });
  }
}

export class NoSuchVersionError extends HoldfastError {
  constructor(key: string, versionId: string) {
    super('NO_SUCH_VERSION', `The object ${JSON.stringify(key)} has no version ${versionId}.`, { details: { key, versionId }, nextStep: 'List its versions.' });
  }
}

export class MethodOnMarkerError extends HoldfastError {
  constructor(key: string, versionId: string) {
    super('METHOD_ON_MARKER', `Version ${versionId} of ${JSON.stringify(key)} is a delete marker: it can only be deleted.`, { details: { key, versionId }, nextStep: 'Name another version.' });
  }
}

export class NoSuchUploadError extends HoldfastError {
  constructor(uploadId: string) {
    super('NO_SUCH_UPLOAD', 'There is no such upload in parts: it was completed, aborted or never begun.', { details: { uploadId }, nextStep: 'Begin a new one.' });
  }
}

export class PartError extends HoldfastError {
  constructor(code: 'INVALID_PART' | 'INVALID_PART_ORDER' | 'ENTITY_TOO_SMALL', message: string, details: Readonly<Record<string, unknown>>) {
    super(code, message, { details, nextStep: 'List the parts of the upload and complete it with these.' });
  }
}

export class EntityTooLargeError extends HoldfastError {
  constructor(what: string, facts: { readonly sizeBytes: number; readonly maxBytes: number }) {
    super('ENTITY_TOO_LARGE', `${what} of ${facts.sizeBytes} bytes is larger than the ${facts.maxBytes} that are allowed.`, { details: facts, nextStep: 'Store it in more and smaller parts.' });
  }
}

export class BadKeyError extends HoldfastError {
  constructor(why: string) {
    super('BAD_KEY', `The key of an object ${why}.`, { nextStep: 'Use 1 to 1,024 bytes of UTF-8.' });
  }
}

/** Names, settings, headers or tags that the store does not keep: too long, too many, or no well-formed text. */
export class BadRecordError extends HoldfastError {
  constructor(why: string) {
    super('BAD_RECORD', `The object store does not keep this: ${why.trim()}.`, { nextStep: 'Use fewer and shorter names, headers, tags and rules.' });
  }
}

export class BadDigestError extends HoldfastError {
  constructor(facts: { readonly expected: string; readonly actual: string }) {
    super('BAD_DIGEST', `The bytes have the MD5 ${facts.actual}, not ${facts.expected}; nothing was stored.`, { details: facts, nextStep: 'Send them again.' });
  }
}

export class IncompleteBodyError extends HoldfastError {
  constructor(facts: { readonly sizeBytes: number; readonly expectedBytes: number }) {
    super('INCOMPLETE_BODY', `${facts.sizeBytes} bytes came where ${facts.expectedBytes} were announced; nothing was stored.`, { details: facts, nextStep: 'Send them again.' });
  }
}

export class PreconditionFailedError extends HoldfastError {
  constructor(key: string) {
    super('PRECONDITION_FAILED', `${JSON.stringify(key)} is not as the request wants it; nothing was changed.`, { details: { key }, nextStep: 'Look at the object and decide anew.' });
  }
}

/** The rented space is full. Deleting and looking still work. */
export class NoSpaceError extends HoldfastError {
  constructor(facts: { readonly needBytes: number; readonly freeBytes: number }) {
    super('NO_SPACE', `There is no room for ${facts.needBytes} more bytes: ${facts.freeBytes} of the rented space are free. Nothing was stored.`, {
      details: facts, nextStep: 'Rent more space (`holdfast grow`), or delete objects.',
    });
  }
}

/** The network is slower than the writers; room comes with the next commit. */
export class SpoolFullError extends HoldfastError {
  constructor(facts: { readonly spooledBytes: number; readonly limitBytes: number }) {
    super('SPOOL_FULL', `The spool holds ${facts.spooledBytes} of at most ${facts.limitBytes} bytes that are not in the network so far.`, {
      details: facts, retryable: true, nextStep: 'Try again when the spool has been committed, or give it more room.',
    });
  }
}

/** Deletions too wait for the network then. */
export class TooManyPendingError extends HoldfastError {
  constructor(pending: number) {
    super('SPOOL_FULL', `${pending} changes wait for the network already.`, { details: { pending }, retryable: true, nextStep: 'Try again when they have been committed.' });
  }
}

/** The bytes were lost before they were committed: the machine that had them in its spool is gone, or its disk is. */
export class BodyLostError extends HoldfastError {
  constructor(id: string) {
    super('BODY_LOST', 'The bytes of this object were in a spool only, and that is gone.', { details: { id }, nextStep: 'Store the object again.' });
  }
}

/** Two machines write to one store. */
export class StoreTakenError extends HoldfastError {
  constructor(facts: { readonly pack: number; readonly pending: number }) {
    super('STORE_TAKEN', `Another machine wrote pack ${facts.pack} of this store, and ${facts.pending} changes wait here: they do not fit together.`, {
      details: facts, nextStep: 'Let one machine write to a store. To give the changes here up, move the home folder away and start anew.',
    });
  }
}

/** What lies in the network is not what this program writes. */
export class BadPackError extends HoldfastError {
  constructor(pack: string, why: string) {
    super('BAD_PACK', `The pack ${pack} is refused: ${why}.`, { details: { pack }, nextStep: 'Use the program version that wrote it.' });
  }
}
