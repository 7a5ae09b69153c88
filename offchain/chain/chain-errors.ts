import type { Address, Hex } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import type { ErrorOptions } from '../wire/errors.ts';
import { describeRevert } from './revert-messages.ts';

/** A contract refused. `errorName` is the name in Solidity, `args` its arguments by name. */
export class ContractRevertError extends HoldfastError {
  readonly errorName: string;
  readonly args: Readonly<Record<string, unknown>>;

  constructor(errorName: string, args: Readonly<Record<string, unknown>>, functionName: string, cause?: unknown) {
    const { sentence, nextStep, retryable } = describeRevert(errorName, args);
    super('CONTRACT_REVERT', sentence, { cause, nextStep, retryable, details: { errorName, functionName, args } });
    this.errorName = errorName;
    this.args = args;
  }
}

/** No RPC address answered, after all retries. Work goes on when one answers again. */
export class RpcUnavailableError extends HoldfastError {
  constructor(what: string, cause?: unknown) {
    super('RPC_UNAVAILABLE', `The chain could not be reached for ${what}.`, {
      cause,
      retryable: true,
      nextStep: 'Check the RPC address and that the chain runs, then try again.',
    });
  }
}

/** The account cannot pay for the transaction. */
export class InsufficientFundsError extends HoldfastError {
  constructor(account: Address | undefined, cause?: unknown) {
    super('INSUFFICIENT_FUNDS', `${account ?? 'The account'} has too little coin for this transaction.`, {
      cause,
      nextStep: "Send it some of the chain's coin.",
      details: { account },
    });
  }
}

/** The transaction was sent and is not in a block yet; it may still get there. */
export class TransactionTimeoutError extends HoldfastError {
  readonly hash: Hex;

  constructor(hash: Hex, timeoutMs: number, cause?: unknown) {
    super('TRANSACTION_TIMEOUT', `Transaction ${hash} is in no block after ${timeoutMs} ms.`, {
      cause,
      retryable: true,
      details: { hash },
      nextStep: 'It may still be mined: look at the state before sending again.',
    });
    this.hash = hash;
  }
}

export class WrongChainError extends HoldfastError {
  constructor(have: number, need: number, who: 'address' | 'wallet' = 'address') {
    super('WRONG_CHAIN', `${who === 'wallet' ? `The wallet is on chain ${have}` : `The RPC address serves chain ${have}`}; the deployment is on chain ${need}.`, {
      details: { have, need },
      nextStep: who === 'wallet' ? `Switch the wallet to chain ${need} and start again: what is done is not done or paid twice.` : 'Use the RPC address of that chain, or another deployment file.',
    });
  }
}

/** Everything else that goes wrong between us and the chain. */
export class ChainError extends HoldfastError {
  constructor(code: string, shortMessage: string, options: ErrorOptions = {}) {
    super(code, shortMessage, options);
  }
}
