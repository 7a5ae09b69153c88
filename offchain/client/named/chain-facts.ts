/** What the chain says about names and their keepers; asked once for a while. */
import type { Address, Hex } from 'viem';
import { NameDeeds } from '../../chain/name-deeds.ts';
import type { NodeState } from '../../chain/node-state.ts';
import { type RegisteredNodes, registeredFrom } from '../../chain/registered.ts';
import type { Chain } from '../../chain/types.ts';

const known = new WeakMap<Chain, { readonly deeds: NameDeeds; readonly registered: RegisteredNodes }>();

function factsOf(chain: Chain) {
  const facts = known.get(chain) ?? { deeds: new NameDeeds(chain), registered: registeredFrom(chain) };
  known.set(chain, facts);
  return facts;
}

/** A name's owners by the chain's log, tenure 1 first. @throws RpcUnavailableError */
export function ownersOfName(chain: Chain, key: Hex): Promise<Address[]> {
  return factsOf(chain).deeds.owners(key);
}

/** Heavy nodes that can be called, as the registry had them within the last minute. @throws RpcUnavailableError */
export async function registeredHeavies(chain: Chain): Promise<NodeState[]> {
  return (await factsOf(chain).registered.heavies()).filter(({ endpoint }) => endpoint.startsWith('http'));
}
