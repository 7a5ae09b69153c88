import { ProviderLink } from '../explorer/links.tsx';
import { NODES_POLL_MS } from '../explorer/nodes-poll.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { regionName } from '../ui/regions.ts';
import { Amount } from '../ui/values.tsx';
import { readChildren, readHeavyStatus } from './heavy-reads.ts';

/** Providers that named it as their parent; whether each answers, the node itself tells. */
export function ChildrenTable({ id, endpoint }: { id: number; endpoint: string }) {
  const query = useRead(['children', id], (chain) => readChildren(chain, id), { pollMs: NODES_POLL_MS });
  const status = useRead(['heavy-status', endpoint], () => readHeavyStatus(endpoint));
  const alive = new Map(status.data?.children.map((child) => [child.id, child.alive]));
  return (
    <StateOf query={query} what="The children">
      {(children) => (
        <Table caption="Children" rows={children} rowKey={(child) => child.id} empty={<Empty icon="heavy" title="No children">No provider has named it as its parent.</Empty>} columns={[
          { title: 'Provider', isName: true, cell: (child) => <>Provider <ProviderLink id={child.id} /></> },
          { title: 'Answers', cell: (child) => (alive.get(child.id) === undefined ? <span className="muted">not told</span> : alive.get(child.id) === true ? <Badge tone="good">yes</Badge> : <Badge tone="bad">no</Badge>) },
          { title: 'On the chain', cell: ({ faulted, required }) => (faulted ? <Badge tone="bad">faulted</Badge> : required > 0n ? <Badge tone="good">holds data</Badge> : <Badge>idle</Badge>) },
          { title: 'Tier', cell: ({ tier }) => tier },
          { title: 'Region', hint: <Hint word="region" />, cell: ({ region }) => regionName(region) },
          { title: 'Stake', hint: <Hint word="stake" />, isNumber: true, cell: ({ stake }) => <Amount value={stake} /> },
        ]} />
      )}
    </StateOf>
  );
}
