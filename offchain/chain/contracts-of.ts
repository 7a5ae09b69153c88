import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import type { Chain } from './types.ts';

const NAMES = { channels: 'retrieval channels', endowment: 'endowments', commons: 'pools of those who keep something together', rewards: 'rewards' } as const;

/** The address of a contract that a deployment may lack. Throws NOT_DEPLOYED. */
export function contractOf(chain: Chain, key: keyof typeof NAMES): Address {
  const address = chain.deployment[key];
  if (address !== undefined) return address;
  throw new ChainError('NOT_DEPLOYED', `This deployment has no ${NAMES[key]}.`, {
    details: { contract: key },
    nextStep: `Use a deployment file that names the contract "${key}".`,
  });
}
