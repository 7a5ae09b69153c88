import { Link } from 'wouter';
import { useAccount } from '../account.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame, Stat } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Amount } from '../../ui/values.tsx';
import type { AgreementMoney } from '../../../../earnings/creator-statement.ts';
import { Empty } from '../../ui/empty.tsx';
import { SpendingChart } from './chart.tsx';
import { useCreatorMoney } from './use-account-money.ts';

const COLUMNS: readonly Column<AgreementMoney>[] = [
  { title: 'Agreement', isName: true, cell: ({ agreement }) => <Link href={`/agreements/${agreement}`}>No. {agreement}</Link> },
  { title: 'Paid', isNumber: true, cell: ({ paid }) => <Amount value={paid} /> },
  { title: 'From the pot', isNumber: true, cell: ({ paidFromPot }) => <Amount value={paidFromPot} /> },
  { title: 'Used', isNumber: true, cell: ({ used }) => <Amount value={used} /> },
  { title: 'Prepaid', isNumber: true, cell: ({ ahead }) => <Amount value={ahead} /> },
  { title: 'Came back', isNumber: true, cell: ({ refunded, compensated }) => <Amount value={refunded + compensated} /> },
];

export function Page() {
  const account = useAccount();
  const money = useCreatorMoney(account);
  return (
    <Frame title="Spending" lead="Added up from the chain's own events, so it is what you paid, to the last unit.">
      <Card title="Rent over time"><SpendingChart account={account} /></Card>
      <StateOf query={money} what="Your statement" lines={6}>
        {({ statement }) => (
          <>
            <Grid min="small">
              <Stat label="Paid in all" value={<Amount value={statement.paid} />} note="openings, growth, extensions" />
              <Stat label="Used" hint={<Hint label="used">Rent of epochs that providers proved: theirs now, with the heavy node's share in it.</Hint>} value={<Amount value={statement.used} />} />
              <Stat label="Prepaid" value={<Amount value={statement.ahead} />} note="for epochs still to come" />
              <Stat label="Not proven" hint={<Hint label="not proven">Rent of epochs that nobody proved. It comes back when the slot changes hands or the agreement ends.</Hint>} value={<Amount value={statement.waiting} />} />
            </Grid>
            <Card title="Where it went">
              <Facts rows={[
                { name: 'Paid by you', value: <Amount value={statement.paid} /> },
                { name: 'Paid out of pots', value: <Amount value={statement.paidFromPot} /> },
                { name: 'Paid by others', value: <Amount value={statement.paidByOthers} /> },
                { name: 'Fees of heavy nodes, part of what was used', value: <Amount value={statement.fees} /> },
                { name: 'Refunded', value: <Amount value={statement.refunded} /> },
                { name: 'Compensation for lost slots', value: <Amount value={statement.compensated} /> },
                { name: 'Withdrawn', value: <Amount value={statement.withdrawn} /> },
                { name: 'Waiting to be withdrawn', value: <Amount value={statement.owed} />, isTotal: true },
              ]} />
            </Card>
            <Card title="By agreement">
              <Table caption="Money of each agreement" columns={COLUMNS} rows={statement.agreements} rowKey={({ agreement }) => agreement} empty={<Empty title="No agreement yet." />} />
            </Card>
          </>
        )}
      </StateOf>
    </Frame>
  );
}
