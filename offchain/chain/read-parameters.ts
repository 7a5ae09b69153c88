import type { NetworkParameters } from './devnet-parameters.ts';
import { marketAbi, registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** What this deployment fixed for good. */
export async function readParameters(chain: Chain): Promise<NetworkParameters> {
  const { market, registry } = chain.deployment;
  const ofMarket = (functionName: 'missAllowance' | 'penaltyEpochs' | 'faultRun' | 'slashEpochs'): Promise<number> =>
    chain.read({ address: market, abi: marketAbi, functionName });
  const ofRegistry = (functionName: 'stakeEpochs' | 'withdrawalEpochs'): Promise<number> => chain.read({ address: registry, abi: registryAbi, functionName });
  const [missAllowance, penaltyEpochs, faultRun, slashEpochs, stakeEpochs, withdrawalEpochs] = await Promise.all([
    ofMarket('missAllowance'),
    ofMarket('penaltyEpochs'),
    ofMarket('faultRun'),
    ofMarket('slashEpochs'),
    ofRegistry('stakeEpochs'),
    ofRegistry('withdrawalEpochs'),
  ]);
  const { epochSeconds, epochsPerPeriod } = chain.clock;
  return { epochSeconds, epochsPerPeriod, stakeEpochs, withdrawalEpochs, missAllowance, penaltyEpochs, faultRun, slashEpochs };
}
