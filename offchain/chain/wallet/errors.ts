/** What a wallet does that leaves open what happened, or that no standard knows. Refusals and the like: wire/wallet-errors.ts. */
import type { Hex } from 'viem';
import { HoldfastError } from '../../wire/errors.ts';

/** It does not answer a question for which it needs nobody. */
export class WalletSilentError extends HoldfastError {
  constructor(method: string, cause?: unknown) {
    super('WALLET_SILENT', `The wallet does not answer (${method}).`, { cause, retryable: true, nextStep: 'Open the wallet, or load the page anew, and try again. Nothing was sent.' });
  }
}

/** Its answer is none that the standard allows. `wasSending`: what was asked for may have happened all the same. */
export class WalletAnswerError extends HoldfastError {
  constructor(method: string, { wasSending }: { readonly wasSending: boolean }) {
    super('WALLET_ANSWER', `The wallet answered ${method} with something that is no answer to it.`, {
      details: { method },
      nextStep: wasSending ? 'It may have been sent: look at the transactions in the wallet before you try again.' : 'Nothing was signed. Use another wallet.',
    });
  }
}

/** The wallet took a batch and does not tell what became of it. Not to be sent again by a program. */
export class BatchUnknownError extends HoldfastError {
  constructor(what: string, { reason, batch, cause }: { readonly reason: string; readonly batch: unknown; readonly cause?: unknown }) {
    super('BATCH_UNKNOWN', `The wallet took the batch for ${what}, ${reason}.`, {
      cause,
      details: { batch },
      nextStep: 'It may have been carried out: look at the wallet and at what it was for before you try again.',
    });
  }
}

/** It had promised all or nothing. */
export class BatchInPartError extends HoldfastError {
  constructor(what: string, { batch, hashes }: { readonly batch: unknown; readonly hashes: readonly Hex[] }) {
    super('BATCH_IN_PART', `The wallet carried out a part of the batch for ${what}, although it had promised all or nothing.`, {
      details: { batch, hashes },
      nextStep: 'Look at its transactions in the wallet. When only the allowance was given, start again: it is used, not given twice.',
    });
  }
}
