import type { NodeState } from '../../../chain/node-state.ts';
import { Facts } from '../ui/page.tsx';
import { regionName } from '../ui/regions.ts';
import { Amount } from '../ui/values.tsx';
import { AddressLink, HeavyLink } from './links.tsx';

/** What the registry says of a node. */
export function NodeFacts({ node }: { node: NodeState }) {
  return (
    <Facts rows={[
      { name: 'Operated by', value: <AddressLink address={node.operator} /> },
      { name: 'Paid to', value: <AddressLink address={node.payout} /> },
      { name: 'Tier', value: node.tier },
      { name: 'Region', value: regionName(node.region) },
      ...(node.parent === 0 ? [] : [{ name: 'Parent', value: <>heavy node <HeavyLink id={node.parent} /></> }]),
      { name: 'Endpoint', value: <span className="mono">{node.endpoint === '' ? 'none' : node.endpoint}</span> },
      { name: 'Owed by the market', value: <Amount value={node.owed} /> },
    ]} />
  );
}
