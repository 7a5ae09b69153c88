import { parseEventLogs } from 'viem';
import type { Hex } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Enough to fix a seed. An estimate made while the seed was fixed would be too small when the next epoch begins before the transaction is mined. */
const GAS = 100_000n;

/** Fixes the seed of the current epoch; undefined when somebody else was first. */
export async function poke(chain: Chain): Promise<{ epoch: number; seed: Hex } | undefined> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'poke', args: [], gas: GAS });
  const [log] = parseEventLogs({ abi: marketAbi, eventName: 'SeedFixed', logs: receipt.logs });
  return log === undefined ? undefined : { epoch: log.args.epoch, seed: log.args.seed };
}
