import { parseEventLogs } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Settles one rail up to now. `earned`: token units for the provider; `fee`, `parentFee`: for the heavy nodes. Zeros when nothing was earned. */
export async function settle(
  chain: Chain,
  rail: { provider: number; heavy: number; parent: number },
): Promise<{ earned: bigint; fee: bigint; parentFee: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'settle', args: [rail.provider, rail.heavy, rail.parent] });
  const [log] = parseEventLogs({ abi: marketAbi, eventName: 'Settled', logs: receipt.logs });
  if (log === undefined) return { earned: 0n, fee: 0n, parentFee: 0n };
  const { earned, fee, parentFee } = log.args;
  return { earned, fee, parentFee };
}
