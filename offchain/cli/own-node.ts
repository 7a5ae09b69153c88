import type { Chain } from '../chain/client.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readNode } from '../chain/read-node.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Session } from './session.ts';

/** The node that this home folder's account operates. Throws NOT_REGISTERED, and WRONG_TIER when it is of the other kind. */
export async function ownNode(session: Session, kind: 'provider' | 'heavy'): Promise<{ chain: Chain; id: number }> {
  const { chain, account } = await session.signingChain();
  const id = await nodeIdOf(chain, account.address);
  if (id === undefined) throw new HoldfastError('NOT_REGISTERED', `${account.address} operates no node.`, { nextStep: `Start the ${kind === 'heavy' ? 'heavy node' : 'provider'} once: it registers by itself.` });
  const { tier } = await readNode(chain, id);
  if ((tier === 'heavy') === (kind === 'heavy')) return { chain, id };
  throw new HoldfastError('WRONG_TIER', `Node ${id} is a ${tier} node.`, { nextStep: kind === 'heavy' ? 'Use holdfast provider.' : 'Use holdfast heavy.' });
}
