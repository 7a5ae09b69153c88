import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { isAddressEqual } from 'viem';
import { listNodes } from '../../../chain/list-nodes.ts';
import type { NodeState } from '../../../chain/node-state.ts';
import { pathNumber } from '../explorer/path-number.ts';
import { NODES_POLL_MS } from '../explorer/nodes-poll.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { Empty } from '../ui/empty.tsx';
import { Select } from '../ui/field.tsx';
import { regionName } from '../ui/regions.ts';
import { StateOf } from '../ui/state-of.tsx';

/** The wallet's heavy node first, else any: all that is shown is public. Which one stands in the address bar. */
export function PickHeavy({ children }: { children: (node: NodeState, isMine: boolean) => ReactNode }) {
  const { address } = useWallet();
  const nodes = useRead(['nodes'], listNodes, { pollMs: NODES_POLL_MS });
  const [parameters, setParameters] = useSearchParams();
  return (
    <StateOf query={nodes} what="The heavy nodes">
      {(all) => {
        const isMine = ({ operator, payout }: NodeState): boolean => address !== undefined && (isAddressEqual(operator, address) || isAddressEqual(payout, address));
        const heavies = all.filter(({ tier }) => tier === 'heavy').sort((a, b) => Number(isMine(b)) - Number(isMine(a)) || a.id - b.id);
        const node = heavies.find(({ id }) => id === pathNumber(parameters.get('node') ?? undefined)) ?? heavies[0];
        if (node === undefined) return <Empty icon="heavy" title="No heavy node is registered yet">Run “holdfast heavy start” to be the first.</Empty>;
        return (
          <div className="stack" key={node.id}>
            {heavies.length < 2 ? null : <Select label="Heavy node" value={String(node.id)} options={heavies.map((one) => ({ value: String(one.id), text: `Heavy node ${one.id}, ${regionName(one.region)}${isMine(one) ? ' (yours)' : ''}` }))} onChange={(id) => setParameters({ node: id })} />}
            {children(node, isMine(node))}
          </div>
        );
      }}
    </StateOf>
  );
}
