import { useMemo, useState } from 'react';
import { listNodes } from '../../../chain/list-nodes.ts';
import { NODES_POLL_MS } from './nodes-poll.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatCount } from '../ui/format.ts';
import { regionName } from '../ui/regions.ts';
import { Amount } from '../ui/values.tsx';
import './explorer.css';
import { HeavyLink, ProviderLink } from './links.tsx';
import { filterProviders } from './provider-filter.ts';
import type { ProviderFilter } from './provider-filter.ts';

const SIZE = 25;
const NO_FILTER: ProviderFilter = { text: '', tier: 'all', state: 'all', region: 'all', order: 'id' };

export function Page() {
  const nodes = useRead(['nodes'], listNodes, { pollMs: NODES_POLL_MS });
  const [filter, setFilter] = useState(NO_FILTER);
  const [page, setPage] = useState(0);
  const change = (part: Partial<ProviderFilter>): void => {
    setFilter({ ...filter, ...part });
    setPage(0);
  };
  const regions = useMemo(() => [...new Set((nodes.data ?? []).filter(({ tier }) => tier !== 'heavy').map(({ region }) => region))].sort((a, b) => a - b), [nodes.data]);
  return (
    <Frame title="Providers" lead="Everybody who rents out disk space here, with the tokens that stand behind their promises.">
      <div className="filters">
        <Field label="Search" placeholder="Number or address" type="search" value={filter.text} onChange={({ target }) => change({ text: target.value })} autoComplete="off" />
        <Select label="Tier" value={filter.tier} options={[{ value: 'all', text: 'All tiers' }, { value: 'standard', text: 'Standard' }, { value: 'archival', text: 'Archival' }, { value: 'edge', text: 'Edge' }]} onChange={(tier) => change({ tier })} />
        <Select label="Region" value={filter.region} options={[{ value: 'all', text: 'All regions' }, ...regions.map((region) => ({ value: String(region), text: regionName(region) }))]} onChange={(region) => change({ region })} />
        <Select label="State" value={filter.state} options={[{ value: 'all', text: 'All' }, { value: 'earning', text: 'Holding data' }, { value: 'free', text: 'With free stake' }, { value: 'faulted', text: 'Faulted' }, { value: 'leaving', text: 'Taking stake out' }]} onChange={(state) => change({ state })} />
        <Select label="Order" value={filter.order} options={[{ value: 'id', text: 'By number' }, { value: 'stake', text: 'Most stake first' }, { value: 'promised', text: 'Most promised first' }]} onChange={(order) => change({ order })} />
      </div>
      <StateOf query={nodes} what="The list of providers" lines={8}>
        {(all) => {
          const found = filterProviders(all, filter);
          return (
            <div className="stack">
              <p className="muted small" role="status">{formatCount(found.length)} of {formatCount(all.filter(({ tier }) => tier !== 'heavy').length)}</p>
              <Table caption="Providers" rows={found.slice(page * SIZE, (page + 1) * SIZE)} rowKey={({ id }) => id} empty={<Empty icon="provide" title="No such provider">{all.length === 0 ? 'Nobody has registered yet.' : 'Nobody fits these filters.'}</Empty>} columns={[
                { title: 'Provider', isName: true, cell: ({ id }) => <>Provider <ProviderLink id={id} /></> },
                { title: 'State', cell: ({ faulted, queued, required }) => (faulted ? <Badge tone="bad">faulted</Badge> : queued > 0n ? <Badge tone="warn">taking stake out</Badge> : required > 0n ? <Badge tone="good">holds data</Badge> : <Badge>idle</Badge>) },
                { title: 'Tier', cell: ({ tier }) => tier },
                { title: 'Region', hint: <Hint word="region" />, cell: ({ region }) => regionName(region) },
                { title: 'Stake', hint: <Hint word="stake" />, isNumber: true, cell: ({ stake }) => <Amount value={stake} /> },
                { title: 'Behind promises', isNumber: true, cell: ({ required }) => <Amount value={required} /> },
                { title: 'Parent', hint: <Hint word="heavy node" />, isNumber: true, cell: ({ parent }) => <HeavyLink id={parent} /> },
                { title: 'Endpoint', cell: ({ endpoint }) => <span className="clip mono" title={endpoint}>{endpoint === '' ? 'none' : endpoint}</span> },
              ]} />
              <div className="actions">
                <Button isSmall disabled={page === 0} onClick={() => setPage(page - 1)}>Back</Button>
                <Button isSmall disabled={(page + 1) * SIZE >= found.length} onClick={() => setPage(page + 1)}>Further</Button>
              </div>
            </div>
          );
        }}
      </StateOf>
    </Frame>
  );
}
