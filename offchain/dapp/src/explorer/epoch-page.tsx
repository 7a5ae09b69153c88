import { useParams } from 'wouter';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatCount, formatDuration, formatProven } from '../ui/format.ts';
import { Amount, Bytes, EpochTime, Hex } from '../ui/values.tsx';
import { readEpochFacts } from './epoch-facts.ts';
import type { EpochTotals } from './epochs.ts';
import { ProviderLink, TransactionLink } from './links.tsx';
import { NothingHere } from './nothing-here.tsx';
import { pathNumber } from './path-number.ts';
import { SourceNote } from './source-note.tsx';
import { useSources } from './use-sources.ts';

export function Page() {
  const wanted = pathNumber(useParams()['epoch']);
  return wanted === undefined ? <NothingHere title="Epoch">That is no number of an epoch.</NothingHere> : <One key={wanted} wanted={wanted} />;
}

function One({ wanted }: { wanted: number }) {
  const { clock } = useChain();
  const { epoch } = useEpoch();
  const query = useSources(['epoch', wanted], (sources) => readEpochFacts(sources, wanted), wanted < epoch ? { pollMs: false } : {});
  return (
    <Frame title={<>Epoch {formatCount(wanted)} {wanted === epoch ? <Badge tone="accent">running</Badge> : wanted > epoch ? <Badge>not begun</Badge> : null}</>} lead={<>Begins <EpochTime epoch={wanted} style="full" />, in period {Math.floor(wanted / clock.epochsPerPeriod)}.</>}>
      <StateOf query={query} what="The epoch">
        {({ value: { seed, totals, proofs }, from }) => (
          <div className="stack">
            <Card title="What happened">
              <Facts rows={[{ name: 'Questions drawn from', value: seed === undefined ? 'not drawn' : <Hex value={seed} keep={8} /> }, { name: 'Proofs', value: formatCount(proofs.length) }, ...(totals === undefined ? [] : totalRows(totals))]} />
              <SourceNote from={from} />
            </Card>
            <Card title="Who proved" hint={<Hint word="proof" />}>
              <Table caption="Proofs of this epoch" rows={proofs} rowKey={({ provider }) => provider} empty={<Empty icon="clock" title="No proofs">{wanted >= epoch ? 'Providers send them from a quarter of the epoch on.' : 'Nobody proved in this epoch.'}</Empty>} columns={[
                { title: 'Provider', isName: true, cell: ({ provider }) => <>Provider <ProviderLink id={provider} /></> },
                { title: 'After', isNumber: true, cell: ({ secondsIntoEpoch }) => (secondsIntoEpoch === undefined ? '–' : formatDuration(secondsIntoEpoch, { parts: 2 })) },
                { title: 'Transaction', cell: ({ transaction }) => <TransactionLink hash={transaction} /> },
              ]} />
            </Card>
          </div>
        )}
      </StateOf>
    </Frame>
  );
}

function totalRows(totals: EpochTotals) {
  return [
    { name: 'Proven share', value: totals.rent === 0n ? 'nothing was promised' : formatProven(totals.provenBps) },
    { name: 'Rent of the epoch', value: <Amount value={totals.rent} /> },
    { name: 'Agreements opened', value: formatCount(totals.opened) },
    { name: 'Space reserved', value: <Bytes value={totals.reservedBytes} /> },
    { name: 'Prepaid by creators', value: <Amount value={totals.paid} /> },
    { name: 'Came back to creators', value: <Amount value={totals.refunded} /> },
    { name: 'Credited to providers', value: <Amount value={totals.earned} /> },
    { name: 'Fees, of which burned', value: <><Amount value={totals.fees} />, <Amount value={totals.feesBurned} /></> },
    { name: 'Slashed', value: <Amount value={totals.slashed + totals.penalties} /> },
    { name: 'Slots lost, taken over', value: `${formatCount(totals.faults)}, ${formatCount(totals.replaced)}` },
  ];
}
