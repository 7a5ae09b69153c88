/** Who else is there: the registry, as far as placing depends on it. */
import { isAddressEqual } from 'viem';
import type { Chain } from '../chain/client.ts';
import { listNodes } from '../chain/list-nodes.ts';
import type { NodeState } from '../chain/node-state.ts';
import { signerAddress } from '../wire/typed-data.ts';

export interface Landscape {
  /** This node's own entry; undefined before it is registered. */
  readonly own: NodeState | undefined;
  /** Providers of other owners that may hold something: with stake, an address, not faulted. */
  readonly others: readonly NodeState[];
  readonly heavies: readonly NodeState[];
  /** Differs whenever somebody comes, goes, fails or recovers. */
  readonly facts: string;
}

export async function look(chain: Chain): Promise<Landscape> {
  if (chain.account === undefined) throw new RangeError('a landscape is seen from an account');
  const me = signerAddress(chain.account);
  const nodes = await listNodes(chain);
  const isMine = ({ operator, payout }: NodeState): boolean => isAddressEqual(operator, me) || isAddressEqual(payout, me);
  const others = nodes.filter((node) => node.tier !== 'heavy' && !isMine(node) && !node.faulted && node.endpoint !== '' && node.stake > node.queued);
  const own = nodes.find((node) => isAddressEqual(node.operator, me));
  return {
    own,
    others,
    heavies: nodes.filter(({ tier, endpoint }) => tier === 'heavy' && endpoint !== ''),
    facts: JSON.stringify([own?.id ?? 0, own?.stake.toString() ?? '', ...others.map(({ id }) => id)]),
  };
}
