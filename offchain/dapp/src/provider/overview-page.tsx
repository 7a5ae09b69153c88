import type { NodeState } from '../../../chain/node-state.ts';
import { ProofTimeline } from '../charts/proof-timeline.tsx';
import { readStandings } from '../../../client/read-standing.ts';
import { SourceNote } from '../explorer/source-note.tsx';
import { useSources } from '../explorer/use-sources.ts';
import { TransactionList } from '../explorer/transaction-list.tsx';
import '../explorer/explorer.css';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { Badge } from '../ui/badge.tsx';
import { LinkButton } from '../ui/button.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { HeavyWords } from './heavy-words-view.tsx';
import { MyProvider } from './my-node.tsx';
import { NodeAnswer } from './node-answer.tsx';
import { Pitch } from './pitch.tsx';
import { StandingCards } from './standing-cards.tsx';
import { readStanding } from './standing.ts';
import type { ProviderStanding } from './standing.ts';
import { readTimeline } from './timeline.ts';

const EPOCHS = 84;

export function Page() {
  const { status } = useWallet();
  if (status !== 'connected') return <Pitch />;
  return <Frame title="Your provider" lead="What it earns, what it owes the network, and how it is doing." actions={<LinkButton href="/provider/earnings" kind="primary">Earnings</LinkButton>}><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

function Mine({ node }: { node: NodeState }) {
  const standing = useRead(['standing', node.id], (chain) => readStanding(chain, node.id));
  return (
    <>
      {node.faulted ? <Card tone="bad" title="Your provider counts as faulted"><p>It missed a run of epochs, so anybody may give its slots to others, and part of your stake is slashed with each. The next proof ends this: see to it that the node runs and reaches the chain.</p></Card> : null}
      <StateOf query={standing} what="Where it stands">{(data) => <Standing standing={data} />}</StateOf>
    </>
  );
}

function Standing({ standing }: { standing: ProviderStanding }) {
  const { epoch } = useEpoch();
  const { node, sinceEpoch, perEpoch } = standing;
  const { id } = node;
  const timeline = useSources(['timeline', id, epoch, EPOCHS], (sources) => readTimeline(sources, { id, epoch, count: EPOCHS, sinceEpoch, perEpoch }));
  const words = useRead(['heavy-words', id], (chain) => readStandings(chain, id), { pollMs: false });
  return (
    <>
      <StandingCards standing={standing} />
      <Card title={<>Proofs {node.faulted ? <Badge tone="bad">faulted</Badge> : null}</>} hint={<Hint word="proof" />}><StateOf query={timeline} what="The proofs" lines={2}>{({ value, from }) => <><ProofTimeline cells={value} isTitleShown={false} /><SourceNote from={from}>Epochs missed in slots that it has lost since are not among these.</SourceNote></>}</StateOf></Card>
      <Grid min="large">
        <Card title="What the node says now"><NodeAnswer endpoint={node.endpoint} /></Card>
        <Card title="What heavy nodes saw of it" hint={<Hint word="reputation" />}><StateOf query={words} what="Its reputation">{(data) => <HeavyWords words={data} />}</StateOf></Card>
      </Grid>
      <Card title="Transactions"><TransactionList of={{ node: id }} none="Nothing was heard of it yet." shown={6} /></Card>
    </>
  );
}
