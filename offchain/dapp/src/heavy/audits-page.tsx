import { useState } from 'react';
import type { NodeState } from '../../../chain/node-state.ts';
import type { ReputationEntry } from '../../../wire/reputation.ts';
import { ProviderLink } from '../explorer/links.tsx';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatCount, formatRate, plural } from '../ui/format.ts';
import { readReputation } from './heavy-reads.ts';
import { PickHeavy } from './pick-heavy.tsx';

export function Page() {
  return <Frame title="Audits" lead="Every epoch it checks random leaves of every slot that it looks after, and reads like a creator would. This is what it saw, signed by its operator."><PickHeavy>{(node) => <Audits node={node} />}</PickHeavy></Frame>;
}

const TONES = { newcomer: 'accent', good: 'good', warned: 'warn', excluded: 'bad' } as const;
type Show = 'all' | ReputationEntry['state'];
const SHOWN_MAX = 100;

function Audits({ node }: { node: NodeState }) {
  const [show, setShow] = useState<Show>('all');
  const query = useRead(['reputation', node.id, node.endpoint], (chain) => readReputation(chain, node), { pollMs: 15_000 });
  return (
    <StateOf query={query} what="What it saw" lines={6}>
      {({ entries, epoch, isWhole }) => {
        const count = (state: ReputationEntry['state']): number => entries.filter((one) => one.state === state).length;
        const shown = entries.filter((one) => show === 'all' || one.state === show).sort((a, b) => a.score - b.score);
        return (
          <>
            <Grid min="small">
              <Stat label="Providers known" value={formatCount(entries.length)} note={`as of epoch ${epoch}${isWhole ? '' : '; there are more'}`} />
              <Stat label="Good" value={formatCount(count('good'))} tone="good" />
              <Stat label="Newcomers" value={formatCount(count('newcomer'))} note="get little data first" />
              <Stat label="Warned" value={formatCount(count('warned'))} tone={count('warned') > 0 ? 'warn' : undefined} />
              <Stat label="Excluded" value={formatCount(count('excluded'))} tone={count('excluded') > 0 ? 'bad' : undefined} note="get no new slots here" />
            </Grid>
            <Card title="Scores" hint={<Hint word="reputation" />} actions={<Select label="Show" value={show} options={[{ value: 'all', text: 'All, the worst first' }, { value: 'newcomer', text: 'Newcomers' }, { value: 'good', text: 'Good' }, { value: 'warned', text: 'Warned' }, { value: 'excluded', text: 'Excluded' }]} onChange={setShow} />}>
              <Table caption="Scores" rows={shown.slice(0, SHOWN_MAX)} rowKey={({ node: id }) => id} empty={<Empty icon="heavy" title="Nobody here">It has audited no such provider yet.</Empty>} columns={[
                { title: 'Provider', isName: true, cell: ({ node: id }) => <>Provider <ProviderLink id={id} /></> },
                { title: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
                { title: 'Score', isNumber: true, cell: ({ score }) => score.toFixed(3) },
                { title: 'Audits', hint: <Hint label="audits">Random leaves that it asked for and checked against the chain: the weighted share that went well.</Hint>, isNumber: true, cell: ({ parts }) => percent(parts.audits.mean) },
                { title: 'Reads', isNumber: true, cell: ({ parts }) => percent(parts.retrieval.mean) },
                { title: 'Uptime', isNumber: true, cell: ({ parts }) => percent(parts.uptime.mean) },
                { title: 'Repairs', isNumber: true, cell: ({ parts }) => percent(parts.repair.mean) },
                { title: 'Speed', isNumber: true, cell: ({ bytesPerSecond }) => (bytesPerSecond === undefined ? '–' : formatRate(bytesPerSecond)) },
                { title: 'Known for', isNumber: true, cell: ({ ageEpochs }) => plural(ageEpochs, 'epoch') },
              ]} />
              {shown.some(({ causes }) => causes.length > 0) ? <ul className="stack-tight">{shown.filter(({ causes }) => causes.length > 0).slice(0, 20).map(({ node: id, causes, wayBack }) => <li key={id}><p><strong>Provider <ProviderLink id={id} /></strong> {[...causes, ...wayBack].join(' ')}</p></li>)}</ul> : null}
            </Card>
          </>
        );
      }}
    </StateOf>
  );
}

function percent(mean: number): string {
  return `${(mean * 100).toFixed(1)} %`;
}
