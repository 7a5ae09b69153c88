import type { Chain } from '../chain/client.ts';
import { registryAbi } from '../chain/generated/abi.ts';
import { readNode } from '../chain/read-node.ts';
import { slotsOfProvider } from '../chain/slots-of-provider.ts';
import { formatAmount } from './units.ts';

/** How far a provider's leaving is. Amounts are token units. */
export interface ExitProgress {
  readonly provider: number;
  readonly slots: number;
  readonly stake: bigint;
  /** Part of the stake that waits to be taken out from `readyEpoch` on. */
  readonly queued: bigint;
  readonly readyEpoch: number;
}

export async function exitProgress(chain: Chain, id: number): Promise<ExitProgress> {
  const [{ stake, queued }, slots, [, , readyEpoch]] = await Promise.all([
    readNode(chain, id),
    slotsOfProvider(chain, id),
    chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'stakes', args: [id] }),
  ]);
  return { provider: id, slots: slots.length, stake, queued, readyEpoch };
}

export function exitLines({ provider, slots, stake, queued, readyEpoch }: ExitProgress): string[] {
  if (slots === 0 && stake === 0n) return [`Provider ${provider} holds no slot and has no stake: it can be switched off.`];
  return [
    `Provider ${provider} leaves: it takes on nothing new, and the running service hands its slots over.`,
    `Slots    ${slots} to hand over`,
    `Stake    ${formatAmount(stake)} tokens${queued === 0n ? '' : `, ${formatAmount(queued)} of them can be taken out from epoch ${readyEpoch} on`}`,
    'Keep the service running until nothing is left.',
  ];
}
