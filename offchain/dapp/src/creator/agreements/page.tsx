import { Link } from 'wouter';
import { LinkButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Hint } from '../../ui/hint.tsx';
import { Page as Frame } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Amount, Time } from '../../ui/values.tsx';
import { formatBytes } from '../../ui/format.ts';
import { useAccount } from '../account.ts';
import type { AgreementFacts } from './facts.ts';
import { StandingBadge } from './standing-badge.tsx';
import { useAgreements } from './use-agreements.ts';

const COLUMNS: readonly Column<AgreementFacts>[] = [
  { title: 'Agreement', isName: true, cell: ({ state }) => <Link href={`/agreements/${state.id}`}>No. {state.id}</Link> },
  { title: 'State', cell: ({ standing }) => <StandingBadge standing={standing} /> },
  { title: 'Spread', hint: <Hint word="scheme" />, cell: ({ state: { k, m } }) => `${k}+${m}` },
  { title: 'Space', cell: ({ usedBytes, totalBytes }) => <Progress label={`${formatBytes(usedBytes)} of ${formatBytes(totalBytes)}`} share={usedBytes / totalBytes} /> },
  { title: 'May still be lost', isNumber: true, cell: ({ spare, isRunning }) => (isRunning ? spare : '–') },
  { title: 'Paid until', cell: ({ paidUntil }) => <Time seconds={paidUntil} /> },
  { title: 'Each period', hint: <Hint word="period" />, isNumber: true, cell: ({ costPerPeriod, isRunning }) => (isRunning ? <Amount value={costPerPeriod} /> : '–') },
];

export function Page() {
  const agreements = useAgreements(useAccount());
  return (
    <Frame title="Agreements" lead="Each is a rental of space at a fixed set of providers, at a price that stays until it ends." actions={<LinkButton kind="primary" href="/rent">Rent space</LinkButton>}>
      <StateOf query={agreements} what="Your agreements" lines={5}>
        {(rows) => (
          <Table caption="Your agreements" columns={COLUMNS} rows={rows} rowKey={({ state }) => state.id}
            empty={<Empty title="You have not rented any space yet." action={<LinkButton kind="primary" href="/rent">Rent space</LinkButton>}>A quote costs nothing, and shows everything before you sign.</Empty>} />
        )}
      </StateOf>
    </Frame>
  );
}
