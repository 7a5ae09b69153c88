/** The contracts of a deployment by name, with what they say. */
import { isAddressEqual } from 'viem';
import type { Abi, Address } from 'viem';
import { channelsAbi, commonsAbi, endowmentAbi, managerAbi, marketAbi, registryAbi, rewardsAbi, saleAbi, tokenAbi } from '../../../chain/generated/abi.ts';
import type { Deployment } from '../../../chain/deployment.ts';

export const ABIS = {
  market: marketAbi, registry: registryAbi, token: tokenAbi, sale: saleAbi, channels: channelsAbi, endowment: endowmentAbi, commons: commonsAbi, rewards: rewardsAbi, manager: managerAbi,
} as const satisfies Record<string, Abi>;
export type ContractName = keyof typeof ABIS;

export interface KnownContract {
  readonly name: ContractName;
  readonly address: Address;
  readonly abi: Abi;
}

/** What a person calls them. */
export const CONTRACT_WORDS: Readonly<Record<ContractName, string>> = {
  market: 'Market', registry: 'Registry', token: 'Token', sale: 'Token sale', channels: 'Retrieval channels', endowment: 'Endowments', commons: 'Commons', rewards: 'Rewards', manager: 'Manager',
};

export function contractsOf(deployment: Deployment): KnownContract[] {
  return (Object.keys(ABIS) as ContractName[]).flatMap((name) => {
    const address = deployment[name];
    return address === undefined ? [] : [{ name, address, abi: ABIS[name] }];
  });
}

export function contractAt(deployment: Deployment, address: Address | null | undefined): KnownContract | undefined {
  return address === null || address === undefined ? undefined : contractsOf(deployment).find((one) => isAddressEqual(one.address, address));
}
