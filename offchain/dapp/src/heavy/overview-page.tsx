import { NodeFacts } from '../explorer/node-facts.tsx';
import { TransactionList } from '../explorer/transaction-list.tsx';
import '../explorer/explorer.css';
import { Card, Grid, Page as Frame } from '../ui/page.tsx';
import { ChildrenTable } from './children-table.tsx';
import { HeavyFigures } from './heavy-figures.tsx';
import { NodeState } from './node-state.tsx';
import { PickHeavy } from './pick-heavy.tsx';

export function Page() {
  return (
    <Frame title="Heavy node" lead="Whom it brings together, how it is doing, and what it earns by that.">
      <PickHeavy>
        {(node) => (
          <>
            <HeavyFigures id={node.id} />
            <Grid min="large">
              <Card title="What it says now"><NodeState endpoint={node.endpoint} /></Card>
              <Card title="In the registry"><NodeFacts node={node} /></Card>
            </Grid>
            <Card title="Children"><ChildrenTable id={node.id} endpoint={node.endpoint} /></Card>
            <Card title="Transactions"><TransactionList of={{ node: node.id }} none="Nothing was heard of it yet." shown={6} /></Card>
          </>
        )}
      </PickHeavy>
    </Frame>
  );
}
