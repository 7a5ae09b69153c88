import { LineChart } from '../charts/line-chart.tsx';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatCount, formatProven, plural } from '../ui/format.ts';
import { Amount, Bytes, EpochTime } from '../ui/values.tsx';
import { moneyChart, priceChart, proofsChart, provenShareChart, readEpochs } from './epochs.ts';
import type { EpochRow } from './epochs.ts';
import './explorer.css';
import { RepairOnlyNote } from './repair-only-note.tsx';
import { readNetworkFacts, readNewestPrice } from './network-facts.ts';
import { SearchBox } from './search-box.tsx';
import { SourceNote } from './source-note.tsx';
import { TransactionList } from './transaction-list.tsx';
import { useSources } from './use-sources.ts';

const EPOCHS = 60;

export function Page() {
  const { epoch } = useEpoch();
  const network = useRead(['network'], readNetworkFacts);
  const epochs = useSources(['epochs', EPOCHS], (sources) => readEpochs(sources, { count: EPOCHS }));
  return (
    <Frame title="Network" lead="What everybody can check: who stores, who proves, what it costs, and every transaction.">
      <SearchBox />
      <StateOf query={network} what="The network">
        {(facts) => (
          <>
            <RepairOnlyNote facts={facts} />
            <Grid min="small">
              <Stat label="Proven share" hint={<Hint word="proven share" />} value={formatProven(facts.provenBps)} tone={facts.isRepairOnly ? 'bad' : facts.provenBps < 9_500 ? 'warn' : 'good'} note={`of the last ${plural(facts.healthEpochs, 'full epoch')}`} />
              <Stat label="Epoch" hint={<Hint word="epoch" />} value={formatCount(epoch)} note={<>the next one begins <EpochTime epoch={epoch + 1} /></>} />
              <Stat label="Nodes" value={formatCount(facts.nodes)} note="providers, edge nodes and heavy nodes" />
              <Stat label="Agreements" hint={<Hint word="agreement" />} value={formatCount(facts.agreements)} note="ever opened" />
              <PriceStat />
            </Grid>
          </>
        )}
      </StateOf>
      <StateOf query={epochs} what="The history">{({ value, from }) => <History rows={value} epoch={epoch} from={from} />}</StateOf>
      <Card title="Latest transactions"><TransactionList shown={8} /></Card>
    </Frame>
  );
}

/** Of the newest agreement, whatever the index knows. */
function PriceStat() {
  const { data } = useRead(['newest-price'], readNewestPrice);
  return <Stat label="Price" hint={<Hint label="price">What the newest agreement pays for a GiB of data and an epoch, all its slots and fees included.</Hint>} value={data === undefined || data === null ? '–' : <Amount value={data} />} note="a GiB and epoch, as last rented" />;
}

function History({ rows, epoch, from }: { rows: readonly EpochRow[]; epoch: number; from: 'index' | 'chain' }) {
  const newest = rows.find(({ totals }) => totals !== undefined)?.totals;
  return (
    <>
      {newest === undefined ? null : (
        <Grid min="small">
          <Stat label="Space rented" hint={<Hint word="quota" />} value={<Bytes value={newest.reservedBytes} />} note="of creators' data, reserved now" />
          <Stat label="Space used" value={<Bytes value={newest.storedBytes} />} note="by uploads that live" />
          <Stat label="Rent" value={<Amount value={newest.rent} />} note="an epoch, of all agreements" />
          <Stat label="Vacant slots" hint={<Hint word="slot" />} value={formatCount(newest.vacantSlots)} note={`of ${formatCount(newest.runningSlots)} that run`} tone={newest.vacantSlots > 0 ? 'warn' : undefined} />
        </Grid>
      )}
      {newest === undefined ? (
        <Card title="Proofs"><LineChart data={proofsChart(rows)} /><SourceNote from={from} /></Card>
      ) : (
        <>
          <Grid min="large">
            <Card title="Proven share"><LineChart data={provenShareChart(rows, epoch)} isTitleShown={false} /></Card>
            <Card title="Proofs"><LineChart data={proofsChart(rows)} isTitleShown={false} /></Card>
          </Grid>
          <Grid min="large">
            <Card title="Money that moved"><StackedBars data={moneyChart(rows)} isTitleShown={false} /></Card>
            <Card title="Price of new space"><LineChart data={priceChart(rows)} isTitleShown={false} note="Per GiB of data and epoch, all slots and fees included." /></Card>
          </Grid>
          <SourceNote from={from} />
        </>
      )}
    </>
  );
}
