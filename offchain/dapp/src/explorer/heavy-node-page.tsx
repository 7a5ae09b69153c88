import { useParams } from 'wouter';
import { readNode } from '../../../chain/read-node.ts';
import { ChildrenTable } from '../heavy/children-table.tsx';
import { HeavyFigures } from '../heavy/heavy-figures.tsx';
import { NodeState } from '../heavy/node-state.tsx';
import { useRead } from '../state/read.ts';
import { LinkButton } from '../ui/button.tsx';
import { Card, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { NodeFacts } from './node-facts.tsx';
import { NothingHere } from './nothing-here.tsx';
import { pathNumber } from './path-number.ts';
import { TransactionList } from './transaction-list.tsx';
import './explorer.css';

export function Page() {
  const id = pathNumber(useParams()['id']);
  return id === undefined ? <NothingHere title="Heavy node">That is no number of a heavy node.</NothingHere> : <One key={id} id={id} />;
}

function One({ id }: { id: number }) {
  const node = useRead(['node', id], (chain) => readNode(chain, id));
  return (
    <Frame title={`Heavy node ${id}`} lead="Whom it brought together, and what it earned by that." actions={<LinkButton href={`/heavy?node=${id}`}>Fees, audits, repairs</LinkButton>}>
      <StateOf query={node} what="The heavy node">
        {(data) => data.tier !== 'heavy' ? <Card><p>Node {id} is a provider.</p><div className="actions"><LinkButton href={`/explorer/providers/${id}`} kind="primary">Its page</LinkButton></div></Card> : (
          <>
            <HeavyFigures id={id} />
            <Grid min="large">
              <Card title="In the registry"><NodeFacts node={data} /></Card>
              <Card title="As it answers now"><NodeState endpoint={data.endpoint} /></Card>
            </Grid>
            <Card title="Children"><ChildrenTable id={id} endpoint={data.endpoint} /></Card>
            <Card title="Transactions"><TransactionList of={{ node: id }} none="Nothing was heard of it yet." /></Card>
          </>
        )}
      </StateOf>
    </Frame>
  );
}
