import type { Hex } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import { ConflictError, DiskFullError, HttpError, NotFoundError, TooLargeError, UnavailableError } from '../wire/http-errors.ts';

/** Names one fragment of this provider. `batchId`: 32 bytes. */
export interface FragmentKey {
  readonly agreement: number;
  readonly batchId: Hex;
  readonly slot: number;
}

export function describe(key: FragmentKey): string {
  return `fragment ${key.slot} of batch ${key.batchId} of agreement ${key.agreement}`;
}

/** The body ended, or the connection broke, before the last byte. `storedBytes` of it are durable, and a resume may go on there. */
export class TruncatedUploadError extends HttpError {
  constructor(options: { receivedBytes: number; expectedBytes: number; storedBytes?: number; cause?: unknown }) {
    const { receivedBytes, expectedBytes, storedBytes = 0, cause } = options;
    const kept = storedBytes === 0 ? 'nothing of it was kept' : `the first ${storedBytes} are kept`;
    super(400, 'TRUNCATED_UPLOAD', `The upload ended after ${receivedBytes} of ${expectedBytes} bytes; ${kept}.`, {
      cause,
      retryable: true,
      details: { receivedBytes, expectedBytes, storedBytes },
      nextStep: storedBytes === 0 ? 'Send the whole fragment again.' : `Send the rest with "content-range: bytes ${storedBytes}-${expectedBytes - 1}/${expectedBytes}".`,
    });
  }
}

/** A resume begins elsewhere than where the durable part of the upload ends. */
export class UploadOffsetError extends ConflictError {
  constructor(fromBytes: number, storedBytes: number) {
    super(`The upload cannot go on at byte ${fromBytes}: ${storedBytes} bytes of it are here.`, {
      code: 'UPLOAD_OFFSET',
      retryable: true,
      details: { storedBytes },
      nextStep: `Go on at byte ${storedBytes}.`,
    });
  }
}

/** A newer upload of the same fragment took over. */
export class UploadSupersededError extends ConflictError {
  constructor() {
    super('A newer upload of the same fragment took over.', { code: 'UPLOAD_SUPERSEDED', retryable: true, nextStep: 'Ask how much is stored, and go on there.' });
  }
}

/** More at once than this node carries. */
export class BusyError extends UnavailableError {
  constructor(what: 'uploads' | 'reads', limit: number) {
    super(`This provider handles ${limit} ${what} at once, and as many are under way.`, {
      code: 'BUSY',
      details: { limit, retryAfterSeconds: 1 },
      nextStep: 'Wait a moment and ask again.',
    });
  }
}

/** More bytes are on their way to the bucket than the disk may hold meanwhile. */
export class SpoolFullError extends UnavailableError {
  constructor(limitBytes: number) {
    super(`${limitBytes} bytes are on their way to this provider's bucket, and it takes no more at once.`, {
      code: 'BUSY',
      details: { limitBytes, retryAfterSeconds: 1 },
      nextStep: 'Wait a moment and ask again.',
    });
  }
}

/** The database knows fragments, and none of their files is there. */
export class FragmentsGoneError extends HoldfastError {
  constructor(home: string, place: string) {
    super('FRAGMENTS_GONE', `The database in ${home} knows stored fragments, and none of them is in ${place}.`, {
      details: { home, place },
      nextStep: 'Mount the disk, or name the right bucket and prefix, and start again. If the bytes are really lost, set acceptLoss in the configuration: their slots are then surrendered unless somebody uploads them again.',
    });
  }
}

/** Fragments lie there, and the database does not know them: it was lost, or put back from an older copy. */
export class RowsGoneError extends HoldfastError {
  constructor(home: string, place: string, limit: number) {
    super('ROWS_GONE', `More than ${limit} fragments in ${place} have no row in the database of ${home}: a crash does not leave so many.`, {
      details: { home, place },
      nextStep: 'Put the database back that belongs to them and start again. If it is lost, set acceptLoss in the configuration: the fragments are then removed, for without it they cannot be proven.',
    });
  }
}

/** The disk is full or fails: what is stored is served and proven, nothing new is taken. */
export class ReadOnlyError extends DiskFullError {
  constructor(cause: string) {
    super(`This provider takes no new data: ${cause}`, { code: 'READ_ONLY', nextStep: 'Choose another provider. This one goes on by itself once its disk can be written again.' });
  }
}

export class UploadTooLongError extends TooLargeError {
  constructor(expectedBytes: number) {
    super(`A fragment of this agreement has ${expectedBytes} bytes; more came, and nothing was kept.`, {
      code: 'UPLOAD_TOO_LONG',
      details: { expectedBytes },
      nextStep: "Check that the agreement's scheme and batch size were used to cut the fragments.",
    });
  }
}

/** What arrived, or what is stored, has another root than the caller says. */
export class WrongRootError extends ConflictError {
  constructor(what: string, roots: { readonly expected: string; readonly actual: string }) {
    super(`${what} has the root ${roots.actual}, not ${roots.expected}.`, {
      code: 'WRONG_ROOT',
      details: roots,
      nextStep: 'Compare the roots on both sides; send the fragment again if it was damaged on the way.',
    });
  }
}

export class NoSuchFragmentError extends NotFoundError {
  constructor(key: FragmentKey, why: 'was never stored here' | 'was stored here and is damaged') {
    super(`The ${describe(key)} ${why}.`, {
      code: 'NO_SUCH_FRAGMENT',
      details: { ...key },
      nextStep: 'Ask another slot of the agreement.',
    });
  }
}

/** The bytes on disk are no longer those that were received. */
export class DamagedFragmentError extends HoldfastError {
  constructor(key: FragmentKey, where: { readonly leaf: number; readonly batch?: number; readonly cause?: unknown }) {
    const { leaf, batch, cause } = where;
    const number = batch === undefined ? '' : `${batch} = `;
    super(
      'FRAGMENT_DAMAGED',
      `The stored fragment no longer matches its committed root: agreement ${key.agreement}, slot ${key.slot}, batch ${number}${key.batchId}, leaf ${leaf}.`,
      {
        cause,
        details: { ...key, ...(batch === undefined ? {} : { batch }), leaf },
        nextStep: 'Check the disk; the heavy node rebuilds the fragment from the other slots.',
      },
    );
  }
}

export class NoSpaceError extends DiskFullError {
  constructor(needBytes: bigint, freeBytes: bigint) {
    super(`This provider has ${freeBytes} bytes free and ${needBytes} are needed.`, {
      code: 'NO_SPACE',
      details: { needBytes: String(needBytes), freeBytes: String(freeBytes) },
      nextStep: 'Rent less, or choose another provider.',
    });
  }
}

export class StakeShortError extends ConflictError {
  constructor(haveFree: bigint, need: bigint) {
    super(`This provider's free stake is ${haveFree} token units; the rent would bind ${need}.`, {
      code: 'STAKE_SHORT',
      details: { haveFree: String(haveFree), need: String(need) },
      nextStep: 'Rent less, or choose another provider. The operator can add stake.',
    });
  }
}

export class TermsRefusedError extends ConflictError {
  constructor(reason: string, details: Readonly<Record<string, unknown>> = {}) {
    super(`This provider does not offer such terms: ${reason}.`, { code: 'TERMS_REFUSED', details });
  }
}

export class QuotaFullError extends ConflictError {
  constructor(agreement: number, quota: number) {
    super(`Agreement ${agreement} has room for ${quota} batches, and this slot holds as many.`, {
      code: 'QUOTA_FULL',
      details: { agreement, quota },
      nextStep: 'Rent more space, or upload less.',
    });
  }
}

export class NotMySlotError extends ConflictError {
  constructor(agreement: number, slot: number, provider: number) {
    super(`Slot ${slot} of agreement ${agreement} is not held by this provider (${provider}).`, {
      code: 'NOT_MY_SLOT',
      details: { agreement, slot, provider },
      nextStep: 'Read the agreement again: the slot may have been replaced.',
    });
  }
}
