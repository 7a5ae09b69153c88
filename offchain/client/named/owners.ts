import type { Address, Hex } from 'viem';
import { NameDeeds } from '../../chain/name-deeds.ts';
import type { Chain } from '../../chain/types.ts';

/** One for each connection, so that a second question about a name reads new blocks only. */
const known = new WeakMap<Chain, NameDeeds>();

/** A name's owners by the chain's log, tenure 1 first. @throws RpcUnavailableError */
export function ownersOfName(chain: Chain, key: Hex): Promise<Address[]> {
  const deeds = known.get(chain) ?? new NameDeeds(chain);
  known.set(chain, deeds);
  return deeds.owners(key);
}
