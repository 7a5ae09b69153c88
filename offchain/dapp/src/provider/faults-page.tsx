import type { NodeState } from '../../../chain/node-state.ts';
import { CAUSE_WORDS } from '../explorer/words.ts';
import { AddressLink, AgreementLink, EpochLink, TransactionLink } from '../explorer/links.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { Amount, EpochTime } from '../ui/values.tsx';
import { MyProvider } from './my-node.tsx';
import { StandingCards } from './standing-cards.tsx';
import { readFaults, readOpenChallenges } from './faults.ts';
import { readStanding } from './standing.ts';

export function Page() {
  return <Frame title="Faults and challenges" lead="What went wrong, why, what it cost, and what waits for an answer."><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

function Mine({ node: { id } }: { node: NodeState }) {
  const { epoch } = useEpoch();
  const standing = useRead(['standing', id], (chain) => readStanding(chain, id));
  const challenges = useRead(['open-challenges', id], (chain) => readOpenChallenges(chain, id));
  const faults = useRead(['faults', id, epoch], (chain) => readFaults(chain, id), { pollMs: false });
  return (
    <>
      <StateOf query={standing} what="Where it stands">{(data) => <StandingCards standing={data} />}</StateOf>
      <Card title="Open challenges" hint={<Hint label="challenges">Somebody put a bond on one leaf of your data not being there. Your node answers by itself with a path to it and wins the bond; without an answer the slot is lost.</Hint>}>
        <StateOf query={challenges} what="The challenges">
          {(open) => (
            <Table caption="Open challenges" rows={open} rowKey={({ challenge }) => String(challenge)} empty={<Empty icon="check" title="No open challenges">Nothing waits for your answer.</Empty>} columns={[
              { title: 'Challenge', isName: true, cell: ({ challenge }) => `Challenge ${challenge}` },
              { title: 'About', hint: <Hint label="leaf, batch and bundle">A bundle is what one upload stored. It is cut into batches, of each of which you keep a part; a leaf is 256 bytes of it.</Hint>, cell: ({ agreement, slot, bundle, batch, leaf }) => <>Agreement <AgreementLink id={agreement} />, slot {slot}: leaf {leaf} of batch {batch} in bundle {bundle}</> },
              { title: 'Answer before', cell: ({ deadlineEpoch }) => (deadlineEpoch <= epoch ? <Badge tone="bad">too late</Badge> : <EpochTime epoch={deadlineEpoch} />) },
              { title: 'Bond', isNumber: true, cell: ({ bond }) => <Amount value={bond} /> },
              { title: 'By', cell: ({ challenger }) => <AddressLink address={challenger} /> },
            ]} />
          )}
        </StateOf>
      </Card>
      <StateOf query={faults} what="The faults" lines={5}>
        {({ losses, reports }) => (
          <>
            <Card title="Slots that it lost or passed on" hint={<Hint word="slot" />}>
              <Table caption="Slots lost" rows={losses} rowKey={({ agreement, slot, epoch: at, cause }) => `${agreement}-${slot}-${at}-${cause}`} empty={<Empty icon="check" title="None">Every slot is still where it was.</Empty>} columns={[
                { title: 'Slot', isName: true, cell: ({ agreement, slot }) => <>Agreement <AgreementLink id={agreement} />, slot {slot}</> },
                { title: 'Cause', cell: ({ cause }) => <>{CAUSE_WORDS[cause].short}<Hint label={CAUSE_WORDS[cause].short}>{CAUSE_WORDS[cause].says}</Hint></> },
                { title: 'Epoch', isNumber: true, cell: ({ epoch: at }) => <EpochLink epoch={at} /> },
                { title: 'Slashed', isNumber: true, cell: ({ slashed }) => <Amount value={slashed} /> },
              ]} />
            </Card>
            <Card title="Reported misses" hint={<Hint label="reported misses">Misses beyond the allowance of a period, reported by anybody in the period after it.</Hint>}>
              <Table caption="Reported misses" rows={reports} rowKey={({ transaction, index }) => `${transaction}-${index}`} empty={<Empty icon="check" title="None">No period had more misses than are allowed, or nobody reported them.</Empty>} columns={[
                { title: 'Period', isName: true, cell: ({ period }) => `Period ${period}` },
                { title: 'Misses', isNumber: true, cell: ({ misses }) => misses },
                { title: 'Slashed', isNumber: true, cell: ({ slashed }) => <Amount value={slashed} /> },
                { title: 'Reported by', cell: ({ reporter }) => <AddressLink address={reporter} /> },
                { title: 'Transaction', cell: ({ transaction }) => <TransactionLink hash={transaction} /> },
              ]} />
            </Card>
          </>
        )}
      </StateOf>
    </>
  );
}
