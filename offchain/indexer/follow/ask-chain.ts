import type { Hex } from 'viem';
import type { Chain } from '../../chain/types.ts';
import { HoldfastError } from '../../wire/errors.ts';
import type { ChainQuestion } from '../host/session.ts';

/** Gas that graph-node gives to a call. */
const CALL_GAS = '0x2faf080';

/** As the block `blockHash` left the chain. Undefined where a call reverts. @throws RpcUnavailableError and its like */
export async function askChain(chain: Chain, question: ChainQuestion, blockHash: Hex): Promise<Hex | undefined> {
  const at = { blockHash };
  const ask = (method: string, params: readonly unknown[]): Promise<Hex> => chain.ask('a mapping\'s question', (client) => client.request({ method, params } as never)) as Promise<Hex>;
  if (question.kind !== 'call') return ask(question.kind === 'balance' ? 'eth_getBalance' : 'eth_getCode', [question.of, at]);
  try {
    return await ask('eth_call', [{ to: question.to, data: question.data, gas: CALL_GAS }, at]);
  } catch (error) {
    if (isRevert(error)) return undefined;
    throw error;
  }
}

/** Nodes word it differently, and some put it into an error of their own. */
function isRevert(error: unknown): boolean {
  if (error instanceof HoldfastError && error.code === 'CONTRACT_REVERT') return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return /revert|invalid opcode|out of gas/i.test(cause instanceof Error ? cause.message : '');
}
