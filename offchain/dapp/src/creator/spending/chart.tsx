import type { Address } from 'viem';
import { epochStart } from '../../../../chain/epoch.ts';
import { StackedBars } from '../../charts/stacked-bars.tsx';
import { useChain } from '../../state/chain.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatAmount } from '../../ui/format.ts';
import { StateOf } from '../../ui/state-of.tsx';
import { shortTimes, stretchesOf, toNumber } from './series.ts';
import { useCreatorMoney } from './use-account-money.ts';

const BARS = 32;

/** Rent over time: what proven storage cost, what is prepaid, what nobody proved and comes back. */
export function SpendingChart({ account }: { account: Address }) {
  const { clock } = useChain();
  const money = useCreatorMoney(account);
  return (
    <StateOf query={money} what="Your spending" lines={5}>
      {({ lines }) => {
        const stretches = stretchesOf(lines, BARS);
        if (stretches.length === 0) return <Empty icon="clock" title="Nothing was spent yet." />;
        const series = (name: string, of: (one: (typeof stretches)[number]) => bigint) => ({ name, values: stretches.map((one) => toNumber(of(one))), texts: stretches.map((one) => `${formatAmount(of(one))} HOLD`) });
        return (
          <StackedBars data={{
            title: 'Rent over time', axis: 'From', labels: shortTimes(stretches.map(({ epoch }) => epochStart(clock, epoch))), format: (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 }),
            series: [series('Used: proven storage', ({ used }) => used), series('Prepaid: still ahead', ({ ahead }) => ahead), series('Not proven: comes back', ({ missed }) => missed)],
          }} isTitleShown={false} note="Amounts in HOLD." />
        );
      }}
    </StateOf>
  );
}
