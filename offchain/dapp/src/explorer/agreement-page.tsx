import { useParams } from 'wouter';
import { periodStart } from '../../../chain/epoch.ts';
import { geometry } from '../../../codec/geometry.ts';
import { SlotMap } from '../charts/slot-map.tsx';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatBps, formatCount } from '../ui/format.ts';
import { Amount, Bytes, EpochTime, Hex } from '../ui/values.tsx';
import { BUNDLES_SHOWN, readAgreementView, readNewestBundles, slotMarks } from './agreement-view.ts';
import type { AgreementView } from './agreement-view.ts';
import { StateBadge } from './agreements-page.tsx';
import { AddressLink, EpochLink, HeavyLink } from './links.tsx';
import { NothingHere } from './nothing-here.tsx';
import { pathNumber } from './path-number.ts';
import { TransactionList } from './transaction-list.tsx';
import './explorer.css';

export function Page() {
  const id = pathNumber(useParams()['id']);
  return id === undefined ? <NothingHere title="Agreement">That is no number of an agreement.</NothingHere> : <One key={id} id={id} />;
}

function One({ id }: { id: number }) {
  const { period } = useEpoch();
  const query = useRead(['agreement-view', id], (chain) => readAgreementView(chain, id));
  return (
    <Frame title={<>Agreement {id} {query.data === undefined ? null : <StateBadge view={query.data} period={period} />}</>} lead="Who holds its slots, whether they proved, and what is in it. The data itself nobody can read here.">
      <StateOf query={query} what="The agreement" lines={6}>{(view) => <Details view={view} />}</StateOf>
    </Frame>
  );
}

function Details({ view }: { view: AgreementView }) {
  const { clock } = useChain();
  const { payloadSize } = geometry(view);
  const live = view.batches - view.retiredBatches;
  return (
    <>
      <Card title="Slots" hint={<Hint word="slot" />}><SlotMap title={`Slots of agreement ${view.id}`} marks={slotMarks(view)} href={({ provider }) => (provider === 0 ? undefined : `/explorer/providers/${provider}`)} /></Card>
      <Grid min="large">
        <Card title="Terms">
          <Facts rows={[
            { name: 'Creator', value: <AddressLink address={view.creator} /> },
            { name: <>Heavy node<Hint word="footprint" /></>, value: <>node <HeavyLink id={view.heavy} />, {formatBps(view.feeBps)} of the rent</> },
            { name: <>Scheme<Hint word="scheme" /></>, value: `${view.k}+${view.m}: any ${view.k} of ${view.n} restore everything` },
            { name: 'Began', value: <>in epoch <EpochLink epoch={view.startEpoch} />, <EpochTime epoch={view.startEpoch} /></> },
            { name: 'Ends', value: <>with period {view.endPeriod}, <EpochTime epoch={periodStart(clock, view.endPeriod)} /></> },
            { name: <>Bytes are kept until<Hint word="grace period" /></>, value: <EpochTime epoch={view.keptUntilEpoch} style="full" /> },
            { name: 'Locked', value: view.isLocked ? 'for good: its creator cannot close it' : 'no' },
          ]} />
        </Card>
        <Card title="Space and money">
          <Facts rows={[
            { name: <>Space reserved<Hint word="quota" /></>, value: <Bytes value={view.quota * payloadSize} /> },
            { name: 'Used', value: <Bytes value={live * payloadSize} /> },
            { name: 'Deleted', value: <Bytes value={view.retiredBatches * payloadSize} /> },
            { name: 'Rent an epoch', value: <Amount value={view.rent} /> },
            { name: <>Pot for renewals<Hint word="pot" /></>, value: <Amount value={view.pot} /> },
            { name: <>Renews itself<Hint word="auto-renew" /></>, value: view.maxPerPeriod === 0n ? 'no' : <>until period {view.untilPeriod}, at most <Amount value={view.maxPerPeriod} /> a period</> },
          ]} />
        </Card>
      </Grid>
      <Card title="Uploads" hint={<Hint word="bundle" />}><Bundles view={view} payloadSize={payloadSize} /></Card>
      <Card title="Transactions"><TransactionList of={{ agreement: view.id }} /></Card>
    </>
  );
}

function Bundles({ view, payloadSize }: { view: AgreementView; payloadSize: number }) {
  const query = useRead(['bundles', view.id, view.bundles, view.retiredBatches, view.turns], (chain) => readNewestBundles(chain, view));
  return (
    <StateOf query={query} what="The uploads">
      {(bundles) => (
        <>
          <Table caption="Uploads, the newest first" rows={bundles} rowKey={({ bundle }) => bundle} empty={<Empty icon="upload" title="Nothing was uploaded yet">Rent is paid for the reserved space all the same.</Empty>} columns={[
            { title: 'Upload', isName: true, cell: ({ bundle }) => `Bundle ${bundle}` },
            { title: 'State', cell: ({ retired }) => (retired > 0 ? <Badge>deleted</Badge> : <Badge tone="good">lives</Badge>) },
            { title: 'Size', isNumber: true, cell: ({ batches }) => <Bytes value={batches * payloadSize} /> },
            { title: 'Receipts', hint: <Hint label="receipts">Slots whose providers signed that they hold their part on disk.</Hint>, isNumber: true, cell: ({ acknowledged }) => `${formatCount(onesOf(acknowledged))} of ${view.n}` },
            { title: 'Committed', cell: ({ epoch }) => <EpochTime epoch={epoch} /> },
            { title: 'Root', cell: ({ root }) => <Hex value={root} keep={6} /> },
          ]} />
          {view.bundles > BUNDLES_SHOWN ? <p className="muted small">The newest {BUNDLES_SHOWN} of {formatCount(view.bundles)} are shown.</p> : null}
        </>
      )}
    </StateOf>
  );
}

function onesOf(bits: bigint): number {
  return bits.toString(2).replaceAll('0', '').length;
}
