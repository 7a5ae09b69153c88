import type { Chain } from '../chain/client.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readNode } from '../chain/read-node.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Session } from './session.ts';

const NAMES = { provider: 'provider', heavy: 'heavy node', edge: 'edge node' } as const;

/** The node that this home folder's account operates. Throws NOT_REGISTERED, and WRONG_TIER when it is of another kind. */
export async function ownNode(session: Session, kind: keyof typeof NAMES): Promise<{ chain: Chain; id: number }> {
  const { chain, account } = await session.signingChain();
  const id = await nodeIdOf(chain, account.address);
  if (id === undefined) throw new HoldfastError('NOT_REGISTERED', `${account.address} operates no node.`, { nextStep: `Start the ${NAMES[kind]} once: it registers by itself.` });
  const { tier } = await readNode(chain, id);
  // A provider may be of any tier but heavy: one of tier edge may hold slots.
  if (kind === 'provider' ? tier !== 'heavy' : tier === kind) return { chain, id };
  throw new HoldfastError('WRONG_TIER', `Node ${id} is a ${tier} node.`, { nextStep: tier === 'heavy' ? 'Use holdfast heavy.' : 'Use holdfast provider.' });
}

/** Where it answers, by the registry. */
export async function ownEndpoint(session: Session, kind: keyof typeof NAMES): Promise<string> {
  const { chain, id } = await ownNode(session, kind);
  return (await readNode(chain, id)).endpoint;
}
