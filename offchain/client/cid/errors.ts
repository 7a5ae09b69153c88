import { HoldfastError } from '../../wire/errors.ts';

/** The archive is no CAR, is damaged, or lacks what it should hold. */
export class BadCarError extends HoldfastError {
  constructor(why: string, details: Readonly<Record<string, unknown>> = {}) {
    super('BAD_CAR', `The archive cannot be imported: ${why}.`, { details, nextStep: 'Make it again with a tool that you trust, for example `ipfs-car pack` or `ipfs dag export`.' });
  }
}

/** A verified block that cannot be read as files and folders. */
export class BadDagError extends HoldfastError {
  constructor(cid: string, why: string) {
    super('BAD_DAG', `Block ${cid} ${why}.`, { details: { cid }, nextStep: 'Only files and folders of IPFS (UnixFS) can be read; look at it with `ipfs-car ls`.' });
  }
}

/** The archive unfolds to more than is allowed: a few bytes of it may name themselves a million times. */
export class CarTooLargeError extends HoldfastError {
  constructor(what: string, max: number) {
    super('CAR_TOO_LARGE', `The archive holds more than ${max} ${what}.`, { details: { what, max }, nextStep: 'Raise the limit if you trust whoever made it.' });
  }
}
