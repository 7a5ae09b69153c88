/** Views of market and registry that only a heavy node asks for. */
import type { NetworkParameters } from '../chain/devnet-parameters.ts';
import { marketAbi, registryAbi } from '../chain/generated/abi.ts';
import { provenEpochs } from '../chain/read-proofs.ts';
import { readParameters } from '../chain/read-parameters.ts';
import type { Chain } from '../chain/types.ts';

const parameters = new WeakMap<Chain, NetworkParameters>();

/** What the deployment fixed for good, so it is read once. */
export async function parametersOf(chain: Chain): Promise<NetworkParameters> {
  const known = parameters.get(chain) ?? (await readParameters(chain));
  parameters.set(chain, known);
  return known;
}

export function isReported(chain: Chain, provider: number, period: number): Promise<boolean> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'isReported', args: [provider, period] });
}

/** Whether the provider missed more of the period just past than its tier allows, counted as in Faults.missesIn: duty begins in the epoch after the first slot. */
export async function hasMissedTooMuch(chain: Chain, provider: number, period: number): Promise<boolean> {
  const { registry } = chain.deployment;
  const [, rentBefore, , sinceBefore, tier] = await chain.read({ address: registry, abi: registryAbi, functionName: 'dutyOf', args: [provider] });
  const { epochsPerPeriod } = chain.clock;
  const from = Math.max(period * epochsPerPeriod, sinceBefore + 1);
  const to = (period + 1) * epochsPerPeriod;
  if (from >= to || rentBefore === 0n) return false;
  const { standard, archival, edge } = await parametersOf(chain);
  const { missAllowance } = [standard, standard, archival, edge][tier] ?? standard;
  return to - from - (await provenEpochs(chain, { provider, from, to })) > missAllowance;
}
