import { listNodes } from '../../../chain/list-nodes.ts';
import { NODES_POLL_MS } from './nodes-poll.ts';
import { useRead } from '../state/read.ts';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatCount } from '../ui/format.ts';
import { regionName } from '../ui/regions.ts';
import { Amount } from '../ui/values.tsx';
import './explorer.css';
import { AddressLink, HeavyLink } from './links.tsx';

export function Page() {
  const nodes = useRead(['nodes'], listNodes, { pollMs: NODES_POLL_MS });
  return (
    <Frame title="Heavy nodes" lead="They find providers for creators, audit them, have lost data rebuilt, and earn a share of the rent for it.">
      <StateOf query={nodes} what="The list of heavy nodes">
        {(all) => (
          <Table caption="Heavy nodes" rows={all.filter(({ tier }) => tier === 'heavy')} rowKey={({ id }) => id} empty={<Empty icon="heavy" title="No heavy nodes yet">Providers need one as their parent.</Empty>} columns={[
            { title: 'Heavy node', hint: <Hint word="heavy node" />, isName: true, cell: ({ id }) => <>Heavy node <HeavyLink id={id} /></> },
            { title: 'Region', hint: <Hint word="region" />, cell: ({ region }) => regionName(region) },
            { title: 'Children', hint: <Hint label="children">Providers that have named it as their parent.</Hint>, isNumber: true, cell: ({ id }) => formatCount(all.filter(({ parent }) => parent === id).length) },
            { title: 'Owed', isNumber: true, cell: ({ owed }) => <Amount value={owed} /> },
            { title: 'Operated by', cell: ({ operator }) => <AddressLink address={operator} /> },
            { title: 'Endpoint', cell: ({ endpoint }) => <span className="clip mono" title={endpoint}>{endpoint}</span> },
          ]} />
        )}
      </StateOf>
    </Frame>
  );
}
