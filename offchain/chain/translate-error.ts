import { BaseError, ContractFunctionRevertedError, ExecutionRevertedError, HttpRequestError, InsufficientFundsError as ViemInsufficientFundsError, InternalRpcError, LimitExceededRpcError, ResourceUnavailableRpcError, TimeoutError, UserRejectedRequestError, decodeErrorResult } from 'viem';
import type { AbiParameter, Address, Hex } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import { UserRejectedError } from '../wire/wallet-errors.ts';
import { ChainError, ContractRevertError, InsufficientFundsError, RpcUnavailableError } from './chain-errors.ts';
import { errorsAbi } from './generated/abi.ts';

/** Turns whatever viem threw into one of our errors. `what` names the call: "prove", "the latest block". */
export function translateError(error: unknown, what: string, account?: Address): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (!(error instanceof BaseError)) return new ChainError('CHAIN', `${what} failed: ${messageOf(error)}`, { cause: error });
  // One of ours that passed through viem on its way.
  const own = error.walk((one) => one instanceof HoldfastError);
  if (own instanceof HoldfastError) return own;
  const revert = decodeRevert(error, what);
  if (revert !== undefined) return revert;
  if (find(error, ViemInsufficientFundsError) || /enough funds/i.test(error.message)) return new InsufficientFundsError(account, error);
  if (find(error, UserRejectedRequestError)) return new UserRejectedError(what, error);
  if (isTransient(error)) return new RpcUnavailableError(what, error);
  return new ChainError('CHAIN', `${what} failed: ${error.shortMessage}`, { cause: error });
}

/** True when the RPC, not the request, is at fault. */
export function isTransient(error: BaseError): boolean {
  return find(error, HttpRequestError) || find(error, TimeoutError) || find(error, LimitExceededRpcError) || find(error, ResourceUnavailableRpcError) || find(error, InternalRpcError);
}

function decodeRevert(error: BaseError, what: string): HoldfastError | undefined {
  const reverted = error.walk((one) => one instanceof ContractFunctionRevertedError);
  const raw = reverted instanceof ContractFunctionRevertedError ? reverted.raw : dataOf(error);
  if (raw !== undefined && raw.length >= 10) return fromData(raw, what, error);
  const reason = reverted instanceof ContractFunctionRevertedError ? reverted.reason : undefined;
  if (reason === undefined && !find(error, ExecutionRevertedError) && !(reverted instanceof ContractFunctionRevertedError)) return undefined;
  return new ChainError('CONTRACT_REVERT', `The contract refused ${what}${reason === undefined ? '' : `: ${reason}`}.`, { cause: error });
}

function fromData(data: Hex, what: string, cause: unknown): HoldfastError {
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: errorsAbi, data });
    return new ContractRevertError(errorName, named(abiItem.inputs, args as readonly unknown[] | undefined), what, cause);
  } catch {
    return new ContractRevertError(data.slice(0, 10), {}, what, cause);
  }
}

function named(inputs: readonly AbiParameter[] | undefined, args: readonly unknown[] | undefined): Record<string, unknown> {
  return Object.fromEntries((inputs ?? []).map((input, i) => [input.name ?? String(i), args?.[i]]));
}

/** Some nodes put the revert's bytes only into the RPC error. */
function dataOf(error: BaseError): Hex | undefined {
  const carrier = error.walk((one) => typeof one === 'object' && one !== null && 'data' in one && isHexData(one.data));
  return carrier !== null && typeof carrier === 'object' && 'data' in carrier && isHexData(carrier.data) ? carrier.data : undefined;
}

function isHexData(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-f]{8,}$/i.test(value);
}

function find(error: BaseError, type: new (...args: never[]) => Error): boolean {
  return error.walk((one) => one instanceof type) !== null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
