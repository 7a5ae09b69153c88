import type { NetworkParameters } from './devnet-parameters.ts';
import { marketAbi, registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The clock and the stake epochs, which are fixed, and the market's parameters as they are now. */
export async function readParameters(chain: Chain): Promise<NetworkParameters> {
  const { market, registry } = chain.deployment;
  const ofRegistry = (functionName: 'stakeEpochs' | 'withdrawalEpochs'): Promise<number> => chain.read({ address: registry, abi: registryAbi, functionName });
  const [ofMarket, stakeEpochs, withdrawalEpochs] = await Promise.all([
    chain.read({ address: market, abi: marketAbi, functionName: 'parameters' }),
    ofRegistry('stakeEpochs'),
    ofRegistry('withdrawalEpochs'),
  ]);
  const { epochSeconds, epochsPerPeriod } = chain.clock;
  return { epochSeconds, epochsPerPeriod, stakeEpochs, withdrawalEpochs, ...ofMarket };
}
