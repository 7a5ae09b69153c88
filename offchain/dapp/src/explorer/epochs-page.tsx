import { useState } from 'react';
import { useEpoch } from '../state/clock.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import type { Column } from '../ui/table.tsx';
import { formatProven, formatCount } from '../ui/format.ts';
import { Amount, EpochTime } from '../ui/values.tsx';
import { readEpochs } from './epochs.ts';
import type { EpochRow } from './epochs.ts';
import { EpochLink } from './links.tsx';
import { SourceNote } from './source-note.tsx';
import { useSources } from './use-sources.ts';

const SIZE = 30;

export function Page() {
  const { epoch } = useEpoch();
  const [before, setBefore] = useState<number>();
  const query = useSources(['epochs', SIZE, before], (sources) => readEpochs(sources, { count: SIZE, before }));
  const known: Column<EpochRow>[] = [
    { title: 'Epoch', isName: true, cell: ({ number }) => <><EpochLink epoch={number} /> {number === epoch ? <Badge tone="accent">running</Badge> : null}</> },
    { title: 'Began', cell: ({ number }) => <EpochTime epoch={number} /> },
    { title: 'Proofs', hint: <Hint word="proof" />, isNumber: true, cell: ({ proofs }) => formatCount(proofs) },
  ];
  const more: Column<EpochRow>[] = [
    { title: 'Proven', hint: <Hint word="proven share" />, isNumber: true, cell: ({ number, totals }) => (totals === undefined || totals.rent === 0n || number >= epoch ? '–' : <Badge tone={totals.provenBps >= 9_500 ? 'good' : totals.provenBps >= 6_000 ? 'warn' : 'bad'}>{formatProven(totals.provenBps)}</Badge>) },
    { title: 'Opened', isNumber: true, cell: ({ totals }) => formatCount(totals?.opened ?? 0) },
    { title: 'Slots lost', isNumber: true, cell: ({ totals }) => formatCount(totals?.faults ?? 0) },
    { title: 'Prepaid', isNumber: true, cell: ({ totals }) => <Amount value={totals?.paid ?? 0n} /> },
    { title: 'Credited', isNumber: true, cell: ({ totals }) => <Amount value={totals?.earned ?? 0n} /> },
    { title: 'Slashed', isNumber: true, cell: ({ totals }) => <Amount value={(totals?.slashed ?? 0n) + (totals?.penalties ?? 0n)} /> },
  ];
  return (
    <Frame title="Epochs" lead="The network's clock: in each epoch every provider has to prove that it still holds everything.">
      <StateOf query={query} what="The list of epochs" lines={8}>
        {({ value, from }) => (
          <div className="stack">
            <Table caption="Epochs, the newest first" columns={from === 'index' ? [...known, ...more] : known} rows={value} rowKey={({ number }) => number} empty={<Empty icon="clock" title="No epochs here">Nothing has happened on this network yet.</Empty>} />
            <SourceNote from={from} />
            <div className="actions">
              <Button isSmall disabled={before === undefined} onClick={() => setBefore(undefined)}>Newest</Button>
              <Button isSmall disabled={value.length < SIZE} onClick={() => setBefore(value.at(-1)?.number)}>Older</Button>
            </div>
          </div>
        )}
      </StateOf>
    </Frame>
  );
}
