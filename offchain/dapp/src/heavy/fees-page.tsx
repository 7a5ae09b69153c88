import { useState } from 'react';
import type { NodeState } from '../../../chain/node-state.ts';
import { readHeavyAccount } from '../../../earnings/heavy-statement.ts';
import type { HeavyAccount } from '../../../earnings/heavy-statement.ts';
import { heavyTable } from '../../../earnings/tables.ts';
import { Donut } from '../charts/donut.tsx';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { BlockLink, EpochLink } from '../explorer/links.tsx';
import { saveText } from '../provider/save-text.ts';
import { useAct } from '../state/act.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatAmount, formatCount, plural } from '../ui/format.ts';
import { Amount } from '../ui/values.tsx';
import { claimFees, dueRails } from './claim.ts';
import { feeChart, feesByEpoch } from './fee-chart.ts';
import { PickHeavy } from './pick-heavy.tsx';

export function Page() {
  return <Frame title="Fees" lead="Its share of the rent that its matches earn, reckoned from the chain's events alone."><PickHeavy>{(node) => <Fees node={node} />}</PickHeavy></Frame>;
}

function Fees({ node }: { node: NodeState }) {
  const { epoch } = useEpoch();
  const query = useRead(['heavy-account', node.id, epoch], (chain) => readHeavyAccount(chain, node.id), { pollMs: false });
  return <StateOf query={query} what="The statement" lines={6}>{(account) => <Statement account={account} node={node} />}</StateOf>;
}

const BARS_MAX = 120;

function Statement({ account, node }: { account: HeavyAccount; node: NodeState }) {
  const { footprint, asParent, paid, owed, burned, toBurn, bounties, block, epoch } = account.statement;
  const rows = feesByEpoch(account);
  return (
    <>
      <Grid min="small">
        <Stat label="Settled" hint={<Hint word="heavy fee" />} value={<Amount value={footprint + asParent} />} tone="good" note={<>of it <Amount value={asParent} /> as a parent</>} />
        <Stat label="Paid out" value={<Amount value={paid} />} />
        <Stat label="Waiting" value={<Amount value={owed} />} note="in the market, to withdraw" />
        <Stat label="Bounties" hint={<Hint label="bounties">For slots that it repaired and misses that it reported. They belong to the operator's own account.</Hint>} value={<Amount value={bounties} />} note="of its operator, to withdraw" />
        <Stat label="Burned" value={<Amount value={burned} />} note={<><Amount value={toBurn} /> more with the next payout</>} />
      </Grid>
      <Grid min="large">
        <Card title="Where they are" actions={<Claim node={node} />}>
          <Donut title="Where the fees are" isTitleShown={false} shares={[{ name: 'Paid out', value: Number(paid) / 1e18, text: `${formatAmount(paid)} HOLD` }, { name: 'Waiting in the market', value: Number(owed) / 1e18, text: `${formatAmount(owed)} HOLD` }]} />
          <p className="muted small">As of block <BlockLink number={block} />, epoch <EpochLink epoch={epoch} />. What is proven and not settled is not in it: a claim settles it.</p>
        </Card>
        <Card title="Over time" actions={<Button icon="download" isSmall onClick={() => saveText(`heavy-node-${node.id}-fees.csv`, heavyTable(account))}>Save as CSV</Button>}>
          {rows.length === 0 ? <Empty icon="heavy" title="Nothing is settled yet">Fees appear when a provider or this node settles.</Empty> : <StackedBars data={feeChart(rows.slice(-BARS_MAX))} isTitleShown={false} />}
        </Card>
      </Grid>
    </>
  );
}

function Claim({ node }: { node: NodeState }) {
  const chain = useChain();
  const { status } = useWallet();
  const [isAsking, setAsking] = useState(false);
  const [progress, setProgress] = useState('');
  const due = useRead(['due-rails', node.id], (one) => dueRails(one, node.id), { enabled: isAsking, pollMs: false });
  const act = useAct(() => claimFees(chain, node.id, { settled: (done, all) => setProgress(`Settled ${done} of ${all}`) }), ({ fees, bounties }) => ({ text: `${formatAmount(fees)} HOLD of fees and ${formatAmount(bounties)} HOLD of bounties were paid out.` }));
  const count = due.data?.length;
  return (
    <>
      <Button kind="primary" isSmall disabled={status !== 'connected'} onClick={() => setAsking(true)}>Claim</Button>
      <Confirm isOpen={isAsking} title="Claim the fees?" act="Claim" isBusy={act.isBusy} error={act.error} onClose={() => { setAsking(false); act.reset(); }} onConfirm={() => void act.run().then((done) => done !== undefined && setAsking(false))}
        rows={[{ name: 'Providers to settle with', value: count === undefined ? '…' : formatCount(count) }, { name: 'Transactions at most', value: count === undefined ? '…' : formatCount(count + 2), isTotal: true }]}>
        <p>{count === undefined ? 'Looking for what is not settled.' : count === 0 ? 'Everything is settled: only the payout is left.' : `What ${plural(count, 'provider')} proved is settled first, one transaction each, or one for all where your wallet can do that; then the fees are paid to the payout address.`} A node that runs does the same by itself every few periods.</p>
        {progress === '' || !act.isBusy ? null : <p role="status">{progress}</p>}
      </Confirm>
    </>
  );
}
