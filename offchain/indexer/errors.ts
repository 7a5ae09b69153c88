import { HoldfastError } from '../wire/errors.ts';

/** The subgraph that was built cannot be used here. */
export class BadSubgraphError extends HoldfastError {
  constructor(shortMessage: string, cause?: unknown) {
    super('BAD_SUBGRAPH', shortMessage, { cause, nextStep: 'Build it anew with "node scripts/build-subgraph.ts".' });
  }
}

/** A mapping ended with an abort, a trap, or a value that its schema does not allow. Nothing is indexed behind it. */
export class MappingError extends HoldfastError {
  constructor(shortMessage: string, options: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {}) {
    super('MAPPING_FAILED', shortMessage, { ...options, nextStep: 'Mend the mapping and build the subgraph anew; the node indexes it from the start then.' });
  }
}

/** What a mapping asked for was not to be had now: the batch is done again later. */
export class HostUnavailableError extends HoldfastError {
  constructor(shortMessage: string, cause?: unknown) {
    super('INDEXER_HOST_UNAVAILABLE', shortMessage, { cause, retryable: true });
  }
}

/** The thread of the mappings ended, or got nowhere: the next run has a new one. */
export class ThreadEndedError extends HoldfastError {
  constructor(shortMessage: string, cause?: unknown) {
    super('MAPPING_THREAD_ENDED', shortMessage, { cause, retryable: true, nextStep: 'A new one is started by itself. Where it ends again and again, the mappings need more memory or time than there is.' });
  }
}

/** Another process writes the same database. */
export class IndexTakenError extends HoldfastError {
  constructor(shortMessage: string, { retryable }: { readonly retryable: boolean }) {
    super('INDEX_TAKEN', shortMessage, { retryable, nextStep: 'Give each node a folder (and on a server a schema) of its own.' });
  }
}
