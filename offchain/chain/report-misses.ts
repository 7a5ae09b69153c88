import { parseEventLogs } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

export interface ReportedMisses {
  readonly provider: number;
  readonly misses: number;
  /** Token units; `reward` of them goes to the reporter. */
  readonly slashed: bigint;
  readonly reward: bigint;
}

/** Reports the misses of the period just past. Providers without reportable misses are passed over. */
export async function reportMisses(chain: Chain, options: { providers: readonly number[]; period: number }): Promise<ReportedMisses[]> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'reportMisses', args: [options.providers, options.period] });
  const logs = parseEventLogs({ abi: marketAbi, eventName: 'MissesReported', logs: receipt.logs });
  return logs.map(({ args }) => ({ provider: args.provider, misses: Number(args.misses), slashed: args.slashed, reward: args.reward }));
}
