import { useState } from 'react';
import { periodStart } from '../../../chain/epoch.ts';
import { geometry } from '../../../codec/geometry.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatCount } from '../ui/format.ts';
import { Amount, Bytes, EpochTime } from '../ui/values.tsx';
import { readAgreementPage } from './agreement-view.ts';
import type { AgreementView } from './agreement-view.ts';
import { AddressLink, AgreementLink, HeavyLink } from './links.tsx';
import './explorer.css';

const SIZE = 15;

export function Page() {
  const [page, setPage] = useState(0);
  const query = useRead(['agreement-page', page], (chain) => readAgreementPage(chain, { page, size: SIZE }));
  return (
    <Frame title="Agreements" lead="Every rental of space there ever was, the newest first.">
      <StateOf query={query} what="The list of agreements" lines={8}>
        {({ views, count }) => (
          <div className="stack">
            <AgreementTable views={views} none="Nobody has rented space yet." />
            <div className="actions">
              <Button isSmall disabled={page === 0} onClick={() => setPage(page - 1)}>Newer</Button>
              <Button isSmall disabled={(page + 1) * SIZE >= count} onClick={() => setPage(page + 1)}>Older</Button>
              <span className="muted small">{formatCount(count)} in all</span>
            </div>
          </div>
        )}
      </StateOf>
    </Frame>
  );
}

/** `without`: a column that says the same in every row. */
export function AgreementTable({ views, none, without }: { views: readonly AgreementView[]; none: string; without?: 'creator' | 'heavy' }) {
  const { clock } = useChain();
  const { period } = useEpoch();
  return (
    <Table caption="Agreements" rows={views} rowKey={({ id }) => id} empty={<Empty icon="store" title={none} />} columns={[
      { title: 'Agreement', hint: <Hint word="agreement" />, isName: true, cell: ({ id }) => <>Agreement <AgreementLink id={id} /></> },
      { title: 'State', cell: (view) => <StateBadge view={view} period={period} /> },
      { title: 'Scheme', hint: <Hint word="scheme" />, cell: ({ k, m }) => `${k}+${m}` },
      { title: 'Used of', isNumber: true, cell: (view) => { const { payloadSize } = geometry(view); return <><Bytes value={(view.batches - view.retiredBatches) * payloadSize} /> of <Bytes value={view.quota * payloadSize} /></>; } },
      { title: 'Rent an epoch', isNumber: true, cell: ({ rent }) => <Amount value={rent} /> },
      { title: 'Ends', cell: ({ endPeriod }) => <EpochTime epoch={periodStart(clock, endPeriod)} /> },
      ...(without === 'creator' ? [] : [{ title: 'Creator', hint: <Hint word="creator" />, cell: ({ creator }: AgreementView) => <AddressLink address={creator} /> }]),
      ...(without === 'heavy' ? [] : [{ title: 'Heavy node', hint: <Hint word="footprint" />, isNumber: true, cell: ({ heavy }: AgreementView) => <HeavyLink id={heavy} /> }]),
    ]} />
  );
}

export function StateBadge({ view: { endPeriod, slots }, period }: { view: Pick<AgreementView, 'endPeriod' | 'slots'>; period: number }) {
  if (endPeriod <= period) return <Badge>ended</Badge>;
  const lost = slots.filter(({ vacancy, faulted }) => vacancy !== undefined || faulted).length;
  return lost === 0 ? <Badge tone="good">runs</Badge> : <Badge tone="bad">{lost} of {slots.length} slots lost</Badge>;
}
