/** What can go wrong at a creator's side. Each error says what happened, why, and what to do next. */
import { HoldfastError } from '../wire/errors.ts';
import { formatTokens } from '../wire/tokens.ts';

export { WrongKeyError } from '../codec/format-errors.ts';
export { AbortedError } from '../wire/transport-errors.ts';

/** Amounts are token units (1e-18 tokens) everywhere in this file. */
type Facts = Readonly<Record<string, unknown>>;

/** The wallet gives another signature each time, so no key can be derived from it. */
export class NonDeterministicWalletError extends HoldfastError {
  constructor() {
    super('NON_DETERMINISTIC_WALLET', 'This wallet signs the same message differently each time, so no lasting key can come from it.', {
      nextStep: 'Create the client with a recovery phrase, and keep the phrase: it is the only key to the data.',
    });
  }
}

export class BadPhraseError extends HoldfastError {
  constructor(cause: unknown) {
    super('BAD_PHRASE', 'The recovery phrase is not valid: a word is misspelt, missing or in the wrong place.', { cause, nextStep: 'Type the 12 or 24 words again.' });
  }
}

/** No heavy node is registered, or none of them could be asked. */
export class NoHeavyAnsweredError extends HoldfastError {
  constructor(what: string, failures: readonly { url: string; error: unknown }[]) {
    const reasons = failures.map(({ url, error }) => `${url}: ${messageOf(error)}`);
    super('NO_HEAVY', failures.length === 0 ? `There is no heavy node to ask for ${what}.` : `No heavy node could be asked for ${what} (${reasons.join('; ')}).`, {
      retryable: true,
      details: { asked: failures.map(({ url }) => url) },
      nextStep: 'Check the network, or name the address of a heavy node that runs.',
    });
  }
}

export class TooFewProvidersError extends HoldfastError {
  constructor(message: string, details: Facts) {
    super('TOO_FEW_PROVIDERS', message, { retryable: true, details, nextStep: 'Use a smaller scheme or quota, raise the price limit, or wait for more providers.' });
  }
}

/** Prices are token units per batch and epoch. */
export class PriceAboveLimitError extends HoldfastError {
  constructor(message: string, details: Facts) {
    super('PRICE_ABOVE_LIMIT', message, { details, nextStep: 'Raise the price limit, or wait for cheaper offers.' });
  }
}

export class CostAboveLimitError extends HoldfastError {
  constructor(facts: { readonly cost: bigint; readonly maxCost: bigint }) {
    super('COST_ABOVE_LIMIT', `It would cost ${formatTokens(facts.cost)}, above the limit of ${formatTokens(facts.maxCost)}.`, {
      details: { cost: String(facts.cost), maxCost: String(facts.maxCost) },
      nextStep: 'Raise the limit, or rent less space or a shorter time.',
    });
  }
}

export class InsufficientTokensError extends HoldfastError {
  constructor(facts: { readonly balance: bigint; readonly need: bigint }) {
    super('INSUFFICIENT_TOKENS', `The wallet holds ${formatTokens(facts.balance)}; ${formatTokens(facts.need)} are needed.`, {
      details: { balance: String(facts.balance), need: String(facts.need) },
      nextStep: 'Buy tokens, then try again.',
    });
  }
}

/** A heavy node proposed something that was not asked for, or that no provider signed. */
export class BadMatchError extends HoldfastError {
  constructor(why: string, details: Facts = {}) {
    super('BAD_MATCH', `The heavy node's proposal is refused: ${why}.`, { details, nextStep: 'Ask another heavy node.' });
  }
}

/** An agreement that cannot take this upload: unknown, someone else's, over, or not the only one to choose from. */
export class AgreementError extends HoldfastError {
  constructor(code: 'NO_AGREEMENT' | 'AGREEMENT_NOT_YOURS' | 'AGREEMENT_OVER' | 'WHICH_AGREEMENT' | 'SLOTS_VACANT' | 'NO_SUCH_PROVIDER' | 'NOT_LOCKED' | 'AGREEMENT_LOCKED', message: string, nextStep: string, details: Facts = {}) {
    super(code, message, { nextStep, details });
  }
}

export class QuotaExceededError extends HoldfastError {
  constructor(facts: { readonly agreement: number; readonly needBatches: number; readonly freeBatches: number; readonly batchBytes: number }) {
    const { agreement, needBatches, freeBatches, batchBytes } = facts;
    super('QUOTA_EXCEEDED', `The upload needs at least ${needBatches} batches of ${batchBytes} bytes; agreement ${agreement} has ${freeBatches} left. Nothing was stored or paid.`, {
      details: facts,
      nextStep: 'Rent more space, or store less.',
    });
  }
}

/** Every file that was to be stored vanished, was changed or is forbidden. */
export class NothingReadableError extends HoldfastError {
  constructor(paths: readonly string[], cause: unknown) {
    const [first = '', ...others] = paths;
    super('NOTHING_READABLE', `${JSON.stringify(first)}${others.length === 0 ? '' : ` and ${others.length} more`} could not be read, and nothing else was to be stored. Nothing was stored or paid.`, {
      cause,
      retryable: true,
      details: { paths: paths.slice(0, 64) },
      nextStep: 'See that it is there, may be read, and that nobody writes to it; then store it again.',
    });
  }
}

/** Something that is stored would be lost with the bundle. */
export class BundleNeededError extends HoldfastError {
  constructor(facts: { readonly agreement: number; readonly bundle: number; readonly names: readonly string[]; readonly isCatalog: boolean }) {
    const { agreement, bundle, names, isCatalog } = facts;
    const shown = names.slice(0, 3).map((name) => JSON.stringify(name)).join(', ');
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    const parts = [...(names.length > 0 ? [`parts of ${shown}${more}`] : []), ...(isCatalog ? ['the catalog of all names'] : [])];
    super('BUNDLE_NEEDED', `Bundle ${bundle} of agreement ${agreement} still holds ${parts.join(' and ')}; nothing was given up.`, {
      details: facts,
      nextStep: 'Delete what is not needed any more; collecting then moves what is left and frees the rest.',
    });
  }
}

/** Too few providers hold the upload: it is not stored. `reasons` says what happened at each slot. */
export class NotStoredError extends HoldfastError {
  constructor(facts: { readonly agreement: number; readonly have: number; readonly need: number; readonly reasons: readonly SlotFailure[]; readonly stage: 'send' | 'receipts' }) {
    const { have, need, reasons, stage } = facts;
    const done = stage === 'send' ? 'take the data' : 'confirm the data';
    super('NOT_STORED', `Only ${have} providers ${done} where ${need} are needed (${summary(reasons)}).`, {
      retryable: true,
      details: { ...facts },
      nextStep: 'Run the same upload again: what was sent already is not sent twice.',
    });
  }
}

/** Another upload of this creator took the bundle's number in the meantime. Nothing was paid. */
export class ConcurrentUploadError extends HoldfastError {
  constructor(agreement: number, bundle: number) {
    super('CONCURRENT_UPLOAD', `Another upload became bundle ${bundle} of agreement ${agreement} first.`, {
      retryable: true,
      details: { agreement, bundle },
      nextStep: 'Run the upload again.',
    });
  }
}

/** What happened at one slot. */
export interface SlotFailure {
  readonly slot: number;
  readonly provider: number;
  readonly reason: string;
}

/** Fewer than k slots gave verified bytes of a range. */
export class UnrecoverableError extends HoldfastError {
  constructor(facts: { readonly agreement: number; readonly need: number; readonly have: number; readonly reasons: readonly SlotFailure[] }) {
    const { agreement, need, have, reasons } = facts;
    super('UNRECOVERABLE', `${need} providers of agreement ${agreement} must answer with the right bytes; ${have} did (${summary(reasons)}).`, {
      retryable: true,
      details: { ...facts },
      nextStep: 'Try again when more providers are up; a heavy node repairs what is lost.',
    });
  }
}

/** No provider could say which fragments make up a bundle. */
export class NoDescriptionError extends HoldfastError {
  constructor(agreement: number, bundle: number, reasons: readonly SlotFailure[]) {
    super('NO_DESCRIPTION', `No provider gave a true description of bundle ${bundle} of agreement ${agreement} (${summary(reasons)}).`, {
      retryable: true,
      details: { agreement, bundle, reasons },
      nextStep: 'Try again when more providers are up.',
    });
  }
}

/** A provider sent bytes that do not fit the root on the chain. */
export class WrongBytesError extends HoldfastError {
  constructor(provider: number, what: string) {
    super('WRONG_BYTES', `Provider ${provider} sent ${what} that does not fit the root on the chain.`, { details: { provider }, nextStep: 'The bytes are taken from other providers.' });
  }
}

export class NoSuchObjectError extends HoldfastError {
  constructor(name: string, why: string) {
    super('NO_SUCH_OBJECT', `There is no ${JSON.stringify(name)}: ${why}.`, { details: { name }, nextStep: 'List the stored names.' });
  }
}

export class NothingStoredError extends HoldfastError {
  constructor(creator: string) {
    super('NOTHING_STORED', `${creator} has stored nothing on this market.`, { details: { creator }, nextStep: 'If data is expected here, check that this is the right wallet and the right chain.' });
  }
}

/** The chain lists bundles, but no catalog among them could be read now. */
export class CatalogUnreachableError extends HoldfastError {
  constructor(creator: string, cause: unknown) {
    super('CATALOG_UNREACHABLE', `The catalog of ${creator} could not be read (${messageOf(cause)}).`, { cause, retryable: true, nextStep: 'Try again when more providers are up.' });
  }
}

/** Nothing of a stored object could be written to disk. */
export class RestoreFailedError extends HoldfastError {
  constructor(name: string, failed: number, cause: unknown) {
    super('RESTORE_FAILED', `None of the ${failed} files of ${JSON.stringify(name)} could be restored (${messageOf(cause)}).`, { cause, retryable: true, nextStep: 'Check the folder and the network, then try again.' });
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof HoldfastError) return error.shortMessage.replace(/\.$/, '');
  return error instanceof Error ? error.message : String(error);
}

const SHOWN = 6;

function summary(reasons: readonly SlotFailure[]): string {
  if (reasons.length === 0) return 'no provider holds it';
  const shown = reasons.slice(0, SHOWN).map(({ slot, provider, reason }) => `slot ${slot}, provider ${provider}: ${reason}`);
  return reasons.length > SHOWN ? `${shown.join('; ')}; and ${reasons.length - SHOWN} more` : shown.join('; ');
}
