import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { nodesOf } from '../../../earnings/read-statement.ts';
import { readNodes } from '../../../chain/read-nodes.ts';
import type { NodeState } from '../../../chain/node-state.ts';
import type { Chain } from '../../../chain/types.ts';
import { NODES_POLL_MS } from '../explorer/nodes-poll.ts';
import { pathNumber } from '../explorer/path-number.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { LinkButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Select } from '../ui/field.tsx';
import { regionName } from '../ui/regions.ts';
import { StateOf } from '../ui/state-of.tsx';

/** Providers that the wallet operates or is paid for. */
export function useMyProviders() {
  const { address } = useWallet();
  return useRead(['my-providers', address ?? null], async (chain: Chain): Promise<NodeState[]> => {
    if (address === undefined) return [];
    const nodes = await readNodes(chain, await nodesOf(chain, address));
    return nodes.filter(({ tier }) => tier !== 'heavy');
  }, { pollMs: NODES_POLL_MS });
}

/** The wallet's provider, or a way to become one. Several: which one, kept in the address bar. */
export function MyProvider({ children }: { children: (node: NodeState) => ReactNode }) {
  const query = useMyProviders();
  const [parameters, setParameters] = useSearchParams();
  return (
    <StateOf query={query} what="Your provider">
      {(nodes) => {
        const wanted = pathNumber(parameters.get('node') ?? undefined);
        const node = nodes.find(({ id }) => id === wanted) ?? nodes[0];
        if (node === undefined) return <Empty icon="provide" title="This account has no provider" action={<LinkButton href="/provider/register" kind="primary">Become a provider</LinkButton>}>Rent out disk space: tokens stand behind your promises, and every epoch that you prove is paid.</Empty>;
        return (
          <div className="stack" key={node.id}>
            {nodes.length < 2 ? null : <Select label="Which of your providers" value={String(node.id)} options={nodes.map(({ id, tier, region }) => ({ value: String(id), text: `Provider ${id} (${tier}, ${regionName(region)})` }))} onChange={(id) => setParameters({ node: id })} />}
            {children(node)}
          </div>
        );
      }}
    </StateOf>
  );
}
