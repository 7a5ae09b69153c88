import { useParams } from 'wouter';
import { ChainError } from '../../../chain/chain-errors.ts';
import { ProofTimeline } from '../charts/proof-timeline.tsx';
import { readStanding } from '../provider/standing.ts';
import type { ProviderStanding } from '../provider/standing.ts';
import { SlotTable } from '../provider/slot-table.tsx';
import { StandingCards } from '../provider/standing-cards.tsx';
import { readTimeline } from '../provider/timeline.ts';
import { readStandings } from '../../../client/read-standing.ts';
import { HeavyWords } from '../provider/heavy-words-view.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { LinkButton } from '../ui/button.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { NodeFacts } from './node-facts.tsx';
import { NothingHere } from './nothing-here.tsx';
import { pathNumber } from './path-number.ts';
import { SourceNote } from './source-note.tsx';
import { TransactionList } from './transaction-list.tsx';
import { useSources } from './use-sources.ts';
import './explorer.css';

const EPOCHS = 84;

export function Page() {
  const id = pathNumber(useParams()['id']);
  return id === undefined ? <NothingHere title="Provider">That is no number of a provider.</NothingHere> : <One key={id} id={id} />;
}

function One({ id }: { id: number }) {
  const standing = useRead(['standing', id], (chain) => readStanding(chain, id));
  if (standing.error instanceof ChainError && standing.error.code === 'NOT_A_PROVIDER') return <Frame title={`Node ${id}`}><Card><p>Node {id} is a heavy node.</p><div className="actions"><LinkButton href={`/explorer/heavy-nodes/${id}`} kind="primary">Its page</LinkButton></div></Card></Frame>;
  return (
    <Frame title={<>Provider {id} {standing.data?.node.faulted === true ? <Badge tone="bad">faulted</Badge> : null}</>} lead="What it holds, what it proved, and what stands behind it. All of this is public.">
      <StateOf query={standing} what="The provider">{(data) => <Details standing={data} />}</StateOf>
    </Frame>
  );
}

function Details({ standing }: { standing: ProviderStanding }) {
  const { epoch } = useEpoch();
  const { node: { id }, sinceEpoch, perEpoch } = standing;
  const timeline = useSources(['timeline', id, epoch, EPOCHS], (sources) => readTimeline(sources, { id, epoch, count: EPOCHS, sinceEpoch, perEpoch }));
  const words = useRead(['heavy-words', id], (chain) => readStandings(chain, id), { pollMs: false });
  return (
    <>
      <StandingCards standing={standing} />
      <Card title="Proofs" hint={<Hint word="proof" />}>
        <StateOf query={timeline} what="The proofs" lines={2}>{({ value, from }) => <><ProofTimeline cells={value} isTitleShown={false} /><SourceNote from={from}>Epochs missed in slots that it has lost since are not among these.</SourceNote></>}</StateOf>
      </Card>
      <Grid min="large">
        <Card title="In the registry"><NodeFacts node={standing.node} /></Card>
        <Card title="What heavy nodes saw of it" hint={<Hint word="reputation" />}><StateOf query={words} what="Its reputation">{(data) => <HeavyWords words={data} />}</StateOf></Card>
      </Grid>
      <Card title="Slots" hint={<Hint word="slot" />}><SlotTable id={id} /></Card>
      <Card title="Transactions"><TransactionList of={{ node: id }} none="Nothing was heard of it yet." /></Card>
    </>
  );
}
