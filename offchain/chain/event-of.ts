import { parseEventLogs } from 'viem';
import type { Abi, ContractEventName, ParseEventLogsReturnType, TransactionReceipt } from 'viem';
import { ChainError } from './chain-errors.ts';

/** The arguments of the first `eventName` in a receipt. */
export function eventOf<const A extends Abi, E extends ContractEventName<A>>(
  receipt: TransactionReceipt,
  abi: A,
  eventName: E,
): ParseEventLogsReturnType<A, E, true>[number]['args'] {
  const [log] = parseEventLogs({ abi, eventName, logs: receipt.logs });
  if (log === undefined) {
    throw new ChainError('EVENT_MISSING', `Transaction ${receipt.transactionHash} has no event ${String(eventName)}.`, {
      nextStep: 'Check that this program and the deployment belong together.',
    });
  }
  return log.args;
}
