import { useState } from 'react';
import { periodOf } from '../../../chain/epoch.ts';
import type { NodeState } from '../../../chain/node-state.ts';
import { linesOf } from '../../../earnings/group.ts';
import type { Grouping, Line } from '../../../earnings/group.ts';
import { readProviderAccount } from '../../../earnings/provider-statement.ts';
import type { ProviderAccount } from '../../../earnings/provider-statement.ts';
import { providerTable } from '../../../earnings/tables.ts';
import { Donut } from '../charts/donut.tsx';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { AddressLink, AgreementLink, BlockLink, EpochLink } from '../explorer/links.tsx';
import { readSlotParents } from './slot-parents.ts';
import { useAct } from '../state/act.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Empty } from '../ui/empty.tsx';
import { Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { formatAmount, formatCount } from '../ui/format.ts';
import { Amount } from '../ui/values.tsx';
import { collectPay, railParties } from './collect.ts';
import { earningsChart, linesAround, whereShares } from './earnings-charts.ts';
import { MyProvider } from './my-node.tsx';
import { saveText } from './save-text.ts';

export function Page() {
  return <Frame title="Earnings" lead="Reckoned from the chain's events alone, to the last unit: what you earned, may earn, have at stake, and lost."><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

function Mine({ node }: { node: NodeState }) {
  const { epoch } = useEpoch();
  // Once an epoch: all openings of the market are read for it.
  const query = useRead(['provider-account', node.id, epoch], (chain) => readProviderAccount(chain, node.id), { pollMs: false });
  return <StateOf query={query} what="The statement" lines={8}>{(account) => <Statement account={account} node={node} />}</StateOf>;
}

/** Bars of more than this would be thinner than a pixel or two. */
const BARS_MAX = 120;

function Statement({ account, node }: { account: ProviderAccount; node: NodeState }) {
  const [by, setBy] = useState<Grouping>('epoch');
  const { statement, history, facts } = account;
  const { earned, unsettled, potential, premiums, bonds, rewards, reads, lost, risked, locked, stake, owed, paid, block, epoch, unexplained } = statement;
  const { clock } = useChain();
  const lines = linesOf({ history, facts, node: node.id, by });
  const around = (some: readonly Line[], count: number) => linesAround(some, { now: by === 'period' ? periodOf(clock, epoch) : epoch, by, count });
  return (
    <>
      <Grid min="small">
        <Stat label="Earned" value={<Amount value={earned} />} tone="good" note={<><Amount value={unsettled} /> of it not settled yet</>} />
        <Stat label="Potential" hint={<Hint label="potential">What the epochs ahead of your running agreements pay, if you prove all of them; after fees.</Hint>} value={<Amount value={potential} />} note="epochs ahead, if all are proven" />
        <Stat label="Locked" hint={<Hint word="stake" />} value={<Amount value={locked} />} note={<>of <Amount value={stake} /> stake</>} />
        <Stat label="Risked" hint={<Hint label="risked">What a slash would take now: all slots lost as faults, and this period's misses so far. Never more than the stake.</Hint>} value={<Amount value={risked.total} />} note="if everything were lost now" />
        <Stat label="Lost" value={<Amount value={lost.total} />} tone={lost.total > 0n ? 'bad' : undefined} note="unpaid epochs and slashes" />
      </Grid>
      <Grid min="large">
        <Card title="Where it is" actions={<Collect account={account} node={node} />}>
          <Donut title="Where the earnings are" shares={whereShares({ unsettled, owed, paid })} isTitleShown={false} />
          <p className="muted small">Everything goes to the payout address, <AddressLink address={node.payout} />.</p>
        </Card>
        <Card title="In full">
          <Facts rows={[
            { name: 'Rent of proven epochs, after fees', value: <Amount value={earned} /> },
            { name: 'Premiums for slots taken over', value: <Amount value={premiums} /> },
            { name: 'Bonds of answered challenges', value: <Amount value={bonds} /> },
            { name: 'Rewards', value: <Amount value={rewards} /> },
            { name: 'Paid reads', value: <Amount value={reads} /> },
            { name: 'Pay of epochs not proven', value: <Amount value={-lost.pay} /> },
            { name: 'Slashed with slots', value: <Amount value={-lost.withSlots} /> },
            { name: 'Slashed for misses', value: <Amount value={-lost.forMisses} /> },
          ]} />
          <p className="muted small">As of block <BlockLink number={block} />, epoch <EpochLink epoch={epoch} />. {unexplained === 0n ? 'The market owes exactly what its events say.' : <>The market owes <Amount value={unexplained} /> beyond what its events say.</>}</p>
        </Card>
      </Grid>
      <Card title="Over time" actions={<>
        <Select label="By" value={by} options={[{ value: 'epoch', text: 'Epoch' }, { value: 'period', text: 'Period' }, { value: 'agreement', text: 'Agreement' }]} onChange={setBy} />
        <Button icon="download" isSmall onClick={() => saveText(`provider-${node.id}-by-${by}.csv`, providerTable(account, by))}>Save as CSV</Button>
      </>}>
        {lines.length === 0 ? <Empty icon="provide" title="Nothing yet">As soon as you hold a slot, this shows what it pays.</Empty> : <><StackedBars data={earningsChart(around(lines.filter(({ key }) => key !== null), BARS_MAX), by)} isTitleShown={false} />{lines.length > BARS_MAX ? <p className="muted small">The {BARS_MAX} around now are drawn; the file has all.</p> : null}<LineTable lines={around(lines, ROWS_MAX)} all={lines.length} by={by} /></>}
      </Card>
    </>
  );
}

const ROWS_MAX = 100;

function LineTable({ lines, all, by }: { lines: readonly Line[]; all: number; by: Grouping }) {
  const nameOf = (key: number | null) => key === null ? 'In no agreement' : by === 'agreement' ? <>Agreement <AgreementLink id={key} /></> : by === 'epoch' ? <>Epoch <EpochLink epoch={key} /></> : `Period ${key}`;
  return (
    <details>
      <summary>Line by line</summary>
      <Table caption={`Earnings by ${by}`} rows={[...lines].reverse()} rowKey={({ key }) => key ?? 'none'} columns={[
        { title: by === 'epoch' ? 'Epoch' : by === 'period' ? 'Period' : 'Agreement', isName: true, cell: ({ key }) => nameOf(key) },
        { title: 'Proven', isNumber: true, cell: ({ proven, elapsed }) => `${formatCount(proven)} of ${formatCount(elapsed)}` },
        { title: 'Earned', isNumber: true, cell: ({ earned }) => <Amount value={earned} /> },
        { title: 'Other', isNumber: true, cell: ({ other }) => <Amount value={other} /> },
        { title: 'Missed', isNumber: true, cell: ({ missed }) => <Amount value={missed} /> },
        { title: 'Slashed', isNumber: true, cell: ({ slashed }) => <Amount value={slashed} /> },
        { title: 'Ahead', isNumber: true, cell: ({ potential }) => <Amount value={potential} /> },
      ]} />
      {all > lines.length ? <p className="muted small">The {lines.length} around now are shown; the file has all.</p> : null}
    </details>
  );
}

function Collect({ account, node }: { account: ProviderAccount; node: NodeState }) {
  const chain = useChain();
  const [isAsking, setAsking] = useState(false);
  const { unsettled, owed } = account.statement;
  const act = useAct(async () => collectPay(chain, { id: node.id, ...railParties(account, await readSlotParents(chain, account)) }), ({ paid, rewarded }) => ({ text: `${formatAmount(paid)} HOLD were paid out, with ${formatAmount(rewarded)} of rewards.` }));
  return (
    <>
      <Button kind="primary" isSmall disabled={unsettled + owed === 0n} onClick={() => setAsking(true)}>Withdraw</Button>
      <Confirm isOpen={isAsking} title="Withdraw your earnings?" act="Withdraw" isBusy={act.isBusy} error={act.error} onClose={() => { setAsking(false); act.reset(); }} onConfirm={() => void act.run().then((done) => done !== undefined && setAsking(false))}
        rows={[{ name: 'Settled already', value: <Amount value={owed} /> }, { name: 'Proven and settled with this', value: <Amount value={unsettled} /> }, { name: 'Paid out', value: <Amount value={owed + unsettled} />, isTotal: true }]}>
        <p>Up to three transactions: one settles all that was proven, one pays it out, one claims the reward. A node that runs does the same by itself every few periods.</p>
      </Confirm>
    </>
  );
}
