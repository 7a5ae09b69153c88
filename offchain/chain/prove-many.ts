import { parseEventLogs } from 'viem';
import type { Hex } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Proves the current epoch for many providers in one transaction. One proof that fails does not stop the others; `proven`: who succeeded. */
export async function proveMany(chain: Chain, proofs: readonly { provider: number; proof: Hex }[]): Promise<{ proven: number[]; transactionHash: Hex }> {
  const receipt = await chain.send({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'proveMany',
    args: [proofs.map(({ provider }) => provider), proofs.map(({ proof }) => proof)],
  });
  const logs = parseEventLogs({ abi: marketAbi, eventName: 'Proved', logs: receipt.logs });
  return { proven: logs.map(({ args }) => args.provider), transactionHash: receipt.transactionHash };
}
