/** Reading what others have made public: with a creator's client, or without any wallet. */
import { nodePlatform } from '../../codec/platform-node.ts';
import type { Chain } from '../../chain/types.ts';
import type { Client } from '../client.ts';
import { AgreementViews } from '../fetch/agreement-view.ts';
import { ProviderHealth } from '../fetch/health.ts';
import { nodePool } from '../node-pool.ts';
import { DEFAULT_POLICY, type Policy } from '../policy.ts';

/** What the verbs of this folder that only read need. Every `Client` is one; it also pays for reads, as far as its policy says. */
export interface PublicReader extends Pick<Client, 'chain' | 'platform' | 'pool' | 'policy' | 'views' | 'health'> {
  readonly source: Pick<Client['source'], 'read'>;
}

/**
 * A reader without a wallet: providers that ask a price for reads are passed over.
 * @example
 * const reader = createPublicReader(await createChain({ rpcUrls, deployment }));
 * await fetchByName(reader, { name: '/a.com/izone.mp4', into: 'videos' });
 * await reader.close();
 */
export function createPublicReader(chain: Chain, options: { readonly policy?: Partial<Policy> | undefined } = {}): PublicReader & { close(): Promise<void> } {
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const pool = nodePool(nodePlatform);
  return {
    chain,
    platform: nodePlatform,
    pool,
    policy,
    views: new AgreementViews(chain, policy.viewMs),
    health: new ProviderHealth(policy),
    source: { read: ({ endpoint, signal }, send) => send({ endpoint, headers: {}, signal }) },
    close: () => pool.close(),
  };
}
