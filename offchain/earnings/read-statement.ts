/** Whatever an address or a node has to do with the market's money. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { listNodes } from '../chain/list-nodes.ts';
import { readNode } from '../chain/read-node.ts';
import type { Chain } from '../chain/types.ts';
import { readCreatorAccount } from './creator-statement.ts';
import type { CreatorStatement } from './creator-statement.ts';
import { readHeavyAccount } from './heavy-statement.ts';
import type { HeavyStatement } from './heavy-statement.ts';
import type { ReadOptions } from './history.ts';
import { readProviderAccount } from './provider-statement.ts';
import type { ProviderStatement } from './provider-statement.ts';

export interface Statement {
  readonly address: Address;
  readonly creator: CreatorStatement;
  /** Nodes that it operates or that pay to it. */
  readonly providers: readonly ProviderStatement[];
  readonly heavies: readonly HeavyStatement[];
}

/** @throws RpcUnavailableError, ChainError */
export async function readStatement(chain: Chain, address: Address, options: ReadOptions = {}): Promise<Statement> {
  const providers: ProviderStatement[] = [];
  const heavies: HeavyStatement[] = [];
  for (const id of await nodesOf(chain, address)) {
    options.signal?.throwIfAborted();
    const { tier } = await readNode(chain, id);
    if (tier === 'heavy') heavies.push((await readHeavyAccount(chain, id, options)).statement);
    else providers.push((await readProviderAccount(chain, id, options)).statement);
  }
  return { address, creator: (await readCreatorAccount(chain, address, options)).statement, providers, heavies };
}

/** As the operator, or as the address that is paid. */
export async function nodesOf(chain: Chain, address: Address): Promise<number[]> {
  const own = await nodeIdOf(chain, address);
  const paid = (await listNodes(chain)).filter(({ payout }) => isAddressEqual(payout, address)).map(({ id }) => id);
  return [...new Set([...(own === undefined ? [] : [own]), ...paid])].sort((a, b) => a - b);
}
