import type { NodeState } from '../../../chain/node-state.ts';
import { AddressLink, AgreementLink, ProviderLink } from '../explorer/links.tsx';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatBps, formatCount, formatDuration, formatPercent } from '../ui/format.ts';
import { Amount } from '../ui/values.tsx';
import { readHeavyStatus, readWorkers } from './heavy-reads.ts';
import { PickHeavy } from './pick-heavy.tsx';

export function Page() {
  return <Frame title="Repairs and work" lead="What is being rebuilt, and who lends it computing time for that."><PickHeavy>{(node) => <Repairs node={node} />}</PickHeavy></Frame>;
}

const TONES: Readonly<Record<string, 'good' | 'bad' | 'accent'>> = { replaced: 'good', failed: 'bad' };
const STATES: Readonly<Record<string, string>> = { collecting: 'collecting parts', rebuilding: 'rebuilding', 'handing-over': 'handing over', replaced: 'done', failed: 'failed, tried again' };

function Repairs({ node: { endpoint } }: { node: NodeState }) {
  const status = useRead(['heavy-status', endpoint], () => readHeavyStatus(endpoint));
  const workers = useRead(['workers', endpoint], () => readWorkers(endpoint));
  return (
    <>
      <Card title="Repairs" hint={<Hint label="repairs">A slot whose provider is lost is rebuilt from any k of the others and handed to a new provider. The node sees sealed bytes only.</Hint>}>
        <StateOf query={status} what="The repairs">
          {({ repairs }) => (
            <Table caption="Repairs, the newest first" rows={repairs} rowKey={({ agreement, slot, from }) => `${agreement}-${slot}-${from}`} empty={<Empty icon="check" title="Nothing to repair">Every slot that it looks after has a provider.</Empty>} columns={[
              { title: 'Slot', isName: true, cell: ({ agreement, slot }) => <>Agreement <AgreementLink id={agreement} />, slot {slot}</> },
              { title: 'State', cell: ({ state }) => <Badge tone={TONES[state] ?? 'accent'}>{STATES[state] ?? state}</Badge> },
              { title: 'From', cell: ({ from }) => (from === 0 ? 'nobody' : <ProviderLink id={from} />) },
              { title: 'To', cell: ({ to }) => (to === undefined ? 'not chosen yet' : <ProviderLink id={to} />) },
              { title: 'What stands in the way', cell: ({ error }) => error ?? '–' },
            ]} />
          )}
        </StateOf>
      </Card>
      <Card title="Work this month" hint={<Hint label="work">Nodes that lend a share of their CPU for rebuilding and audits. They are measured by what they finished, as this node measures the same work.</Hint>}>
        <StateOf query={workers} what="The workers">
          {({ months, shareBps, payPerCpuHour, waiting }) => (
            <>
              <p className="muted small">It pays {payPerCpuHour === 0n ? 'no fixed price' : <><Amount value={payPerCpuHour} /> for an hour of CPU</>} and shares {formatBps(shareBps)} of its bounties; {formatCount(waiting)} jobs wait.</p>
              <Table caption="Workers" rows={months} rowKey={({ worker, month }) => `${worker}-${month}`} empty={<Empty icon="heavy" title="No workers">It does all repairs by itself.</Empty>} columns={[
                { title: 'Worker', isName: true, cell: ({ worker }) => <AddressLink address={worker} /> },
                { title: 'Now', cell: ({ isAttached }) => (isAttached ? <Badge tone="good">attached</Badge> : <Badge>away</Badge>) },
                { title: 'Finished', isNumber: true, cell: ({ jobs }) => formatCount(jobs) },
                { title: 'Wrong', isNumber: true, cell: ({ wrong }) => formatCount(wrong) },
                { title: 'Given of promised', isNumber: true, cell: ({ deliveredSeconds, promisedSeconds }) => `${formatDuration(deliveredSeconds)} of ${formatDuration(promisedSeconds)}` },
                { title: 'Trust', isNumber: true, cell: ({ trust }) => formatPercent(trust) },
                { title: 'Owed', isNumber: true, cell: ({ owed }) => <Amount value={owed} /> },
              ]} />
            </>
          )}
        </StateOf>
      </Card>
    </>
  );
}
