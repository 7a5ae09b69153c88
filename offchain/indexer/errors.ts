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
