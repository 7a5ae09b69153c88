import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

export async function hasProved(chain: Chain, provider: number, epoch: number): Promise<boolean> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'hasProved', args: [provider, epoch] });
}

/** How many of the epochs [from, to) the provider has proven. */
export async function provenEpochs(chain: Chain, options: { provider: number; from: number; to: number }): Promise<number> {
  const { provider, from, to } = options;
  return Number(await chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'provenEpochs', args: [provider, from, to] }));
}

/** True when the provider, on duty, missed a run of epochs up to now. */
export async function isFaulted(chain: Chain, provider: number): Promise<boolean> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'isFaulted', args: [provider] });
}
