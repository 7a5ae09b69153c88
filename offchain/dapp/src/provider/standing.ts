/** Where a provider stands, as Lens tells it in one call. Amounts are token units. */
import { ChainError } from '../../../chain/chain-errors.ts';
import { lensAbi, registryAbi } from '../../../chain/generated/abi.ts';
import { readNode } from '../../../chain/read-node.ts';
import type { NodeState } from '../../../chain/read-node.ts';
import { readParameters } from '../../../chain/read-parameters.ts';
import type { NetworkParameters, TierRules } from '../../../chain/devnet-parameters.ts';
import type { Chain } from '../../../chain/types.ts';

export interface ProviderStanding {
  readonly node: NodeState;
  readonly rules: TierRules;
  readonly parameters: NetworkParameters;
  /** Promised rent: what the next proof earns, fees included. */
  readonly perEpoch: bigint;
  readonly stake: bigint;
  /** Behind promises; on its way out, from `readyEpoch` on; and neither of them. */
  readonly locked: bigint;
  readonly queued: bigint;
  readonly readyEpoch: number;
  readonly free: bigint;
  /** Of the running period so far, and what they will cost once they are reported. */
  readonly misses: number;
  readonly penalty: bigint;
  /** What losing every slot for cause would cost. */
  readonly atRisk: bigint;
  /** Since when it has had any rent. */
  readonly sinceEpoch: number;
}

/** @throws ChainError NO_SUCH_NODE, NOT_A_PROVIDER; RpcUnavailableError */
export async function readStanding(chain: Chain, id: number): Promise<ProviderStanding> {
  const { lens, registry } = chain.deployment;
  const node = await readNode(chain, id);
  if (node.tier === 'heavy') throw new ChainError('NOT_A_PROVIDER', `Node ${id} is a heavy node, not a provider.`, { nextStep: 'Its page is among the heavy nodes.' });
  const [parameters, duty, view] = await Promise.all([
    readParameters(chain),
    chain.read({ address: registry, abi: registryAbi, functionName: 'dutyOf', args: [id] }),
    chain.read({ address: lens, abi: lensAbi, functionName: 'statement', args: [id] }),
  ]);
  const { perEpoch, stake, locked, queued, withdrawableAtEpoch, free, misses, penalty, atRisk } = view;
  return { node, parameters, rules: parameters[node.tier], perEpoch, stake, locked, queued, readyEpoch: withdrawableAtEpoch, free, misses: Number(misses), penalty, atRisk, sinceEpoch: duty[2] };
}
