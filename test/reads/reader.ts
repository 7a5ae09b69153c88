/** A reader of what somebody else stored and shared with him: he knows its seal key, and pays for himself. */
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { batchKey } from '../../offchain/codec/seal.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import type { Client } from '../../offchain/client/client.ts';
import { AgreementViews } from '../../offchain/client/fetch/agreement-view.ts';
import { ProviderHealth } from '../../offchain/client/fetch/health.ts';
import { type BatchPlace, PayloadReader } from '../../offchain/client/fetch/payload-reader.ts';
import { holdersOf } from '../../offchain/client/holders.ts';
import { nodePool } from '../../offchain/client/node-pool.ts';
import { DEFAULT_POLICY } from '../../offchain/client/policy.ts';
import { Edges } from '../../offchain/reads/pay/edges.ts';
import { ReadPayer } from '../../offchain/reads/pay/payer.ts';
import { DEFAULT_READ_POLICY } from '../../offchain/reads/pay/policy.ts';
import type { ReadPolicy } from '../../offchain/reads/pay/policy.ts';
import { ReadSource } from '../../offchain/reads/pay/source.ts';
import { addressOf } from '../support/holdfast.ts';

export interface SharedReader {
  readonly reader: PayloadReader;
  readonly health: ProviderHealth;
  /** The first bytes of a bundle's first batch. */
  start(agreement: number, bundle: number, sizeBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function readerOf(chain: Chain, owner: Client, change: Partial<ReadPolicy>, heavyUrl?: string): SharedReader {
  const policy = { ...DEFAULT_POLICY, reads: { ...DEFAULT_READ_POLICY, ...change } };
  const pool = nodePool(nodePlatform);
  const health = new ProviderHealth(policy);
  const payer = new ReadPayer({ chain, signer: chain.account!, policy: policy.reads, identify: async () => undefined });
  const source = new ReadSource({ own: addressOf(chain), payer, edges: new Edges({ chain, policy: policy.reads, ...(heavyUrl === undefined ? {} : { holdersOf: (batchId: string) => holdersOf([heavyUrl], batchId) }) }) });
  const unseal = async ({ agreement, batchId }: BatchPlace) => batchKey(nodePlatform, { sealKey: await owner.secrets.sealKey(agreement), batchId });
  const views = new AgreementViews(chain, policy.viewMs);
  const reader = new PayloadReader({ chain, platform: nodePlatform, pool, views, health, policy, source, batchKey: unseal });
  return {
    reader,
    health,
    start: (agreement, bundle, sizeBytes) => reader.read({ agreement, bundle, batch: 0, offset: 0, sizeBytes }),
    close: () => pool.close(),
  };
}
