import type { Address } from 'viem';
import { addStake } from '../chain/add-stake.ts';
import { setEndpoint, setParent } from '../chain/change-node.ts';
import type { Chain } from '../chain/client.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readNode } from '../chain/read-node.ts';
import { registerNode } from '../chain/register-node.ts';
import type { Logger } from '../store/log.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { ProviderConfig } from './config.ts';

type Registration = Pick<ProviderConfig, 'tier' | 'region' | 'parent' | 'payout' | 'stake'>;

/**
 * Makes the registry say what the configuration says: registers where needed, moves the endpoint and the parent, adds missing stake.
 * @throws REGISTERED_DIFFERENTLY when tier or region differ, which never change; the chain's errors, for example too few tokens
 */
export async function ensureRegistered(
  chain: Chain,
  options: { readonly config: Registration; readonly operator: Address; readonly endpoint: string; readonly keepsRelay?: boolean; readonly log: Logger },
): Promise<number> {
  const { config, operator, endpoint, log } = options;
  const { tier, region, parent, payout = operator } = config;
  const known = await nodeIdOf(chain, operator);
  const id = known ?? (await registerNode(chain, { tier, region, parent, payout, endpoint })).id;
  if (known === undefined) log.info('node.registered', { id, tier, region, parent, endpoint });
  const node = await readNode(chain, id);
  if (node.tier !== tier || node.region !== region) {
    throw new HoldfastError('REGISTERED_DIFFERENTLY', `${operator} operates node ${id}, a ${node.tier} node in region ${node.region}; the configuration says ${tier} in region ${region}.`, {
      nextStep: 'Correct the configuration, or use another account for the new node.',
    });
  }
  // A relay's address was registered because this node cannot be reached by itself: whether that still holds, its parent finds out.
  const isRelayed = options.keepsRelay === true && node.endpoint.endsWith(`/relay/${id}`);
  if (node.endpoint !== endpoint && !isRelayed) await setEndpoint(chain, { id, endpoint });
  if (node.parent !== parent) await setParent(chain, { id, parent });
  const missing = config.stake - (node.stake - node.queued);
  if (missing > 0n) {
    await addStake(chain, { id, amount: missing });
    log.info('stake.added', { id, amount: missing });
  }
  return id;
}
