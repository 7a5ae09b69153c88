/** What goes wrong between a program and the wallet that keeps its user's key: a class, a code, a sentence and a way on for each. */
import { AtomicReadyWalletRejectedUpgradeError, AtomicityNotSupportedError, BaseError, BundleTooLargeError, ChainDisconnectedError, MethodNotFoundRpcError, MethodNotSupportedRpcError, ProviderDisconnectedError, ResourceUnavailableRpcError, UnauthorizedProviderError, UnsupportedNonOptionalCapabilityError, UnsupportedProviderMethodError, UserRejectedRequestError } from 'viem';
import type { Address } from 'viem';
import { HoldfastError } from './errors.ts';

/** The person at the wallet said no. Nothing was sent or signed. */
export class UserRejectedError extends HoldfastError {
  constructor(what: string, cause?: unknown) {
    super('USER_REJECTED', `${what} was declined in the wallet.`, { cause, nextStep: 'Nothing was sent. Start it again and confirm it in the wallet to go on.' });
  }
}

/** Another account is selected than the one that was connected. What had been done stays done. */
export class WalletAccountError extends HoldfastError {
  constructor({ have, need }: { have: Address | undefined; need: Address }, cause?: unknown) {
    super('WALLET_ACCOUNT', `The wallet now uses ${have ?? 'no account'}; this was begun with ${need}.`, {
      cause,
      details: { have, need },
      nextStep: `Select ${need} in the wallet and start again: what is done is not done or paid twice. Or connect anew with the other account.`,
    });
  }
}

/** Locked, or this page was taken off its list. */
export class WalletLockedError extends HoldfastError {
  constructor(cause?: unknown) {
    super('WALLET_LOCKED', 'The wallet is locked, or does not let this page use an account.', { cause, retryable: true, nextStep: 'Unlock the wallet and connect again.' });
  }
}

/** A window of the wallet waits for an answer already. */
export class WalletBusyError extends HoldfastError {
  constructor(cause?: unknown) {
    super('WALLET_BUSY', 'The wallet is still waiting for an answer to an earlier question.', { cause, retryable: true, nextStep: 'Open the wallet, answer what it asks, and try again.' });
  }
}

/** The wallet lost its own connection to the chain. */
export class WalletOfflineError extends HoldfastError {
  constructor(cause?: unknown) {
    super('WALLET_OFFLINE', 'The wallet has no connection to the chain.', { cause, retryable: true, nextStep: "Check the wallet's network and its connection, then try again." });
  }
}

/** The wallet does not know how. Callers take another way where there is one. */
export class WalletUnableError extends HoldfastError {
  constructor(what: string, cause?: unknown) {
    super('WALLET_UNABLE', `This wallet cannot do what ${what} needs.`, { cause, nextStep: 'Use another wallet.' });
  }
}

type Cause = new (...args: never[]) => Error;
const UNABLE: readonly Cause[] = [UnsupportedProviderMethodError, MethodNotFoundRpcError, MethodNotSupportedRpcError, UnsupportedNonOptionalCapabilityError, AtomicReadyWalletRejectedUpgradeError, AtomicityNotSupportedError, BundleTooLargeError];

/** One of the errors above for what a wallet answered with; undefined when the wallet is not to blame. `what`: "Buying tokens". */
export function walletErrorOf(error: unknown, what: string): HoldfastError | undefined {
  if (error instanceof HoldfastError) return error;
  if (!(error instanceof BaseError)) return undefined;
  // One of ours that passed through viem on its way.
  const own = error.walk((one) => one instanceof HoldfastError);
  if (own instanceof HoldfastError) return own;
  const is = (...types: readonly Cause[]) => error.walk((one) => types.some((type) => one instanceof type)) !== null;
  if (is(UserRejectedRequestError)) return new UserRejectedError(what, error);
  if (is(UnauthorizedProviderError)) return new WalletLockedError(error);
  if (is(ProviderDisconnectedError, ChainDisconnectedError)) return new WalletOfflineError(error);
  if (is(ResourceUnavailableRpcError)) return new WalletBusyError(error);
  if (is(...UNABLE)) return new WalletUnableError(what, error);
  return undefined;
}
