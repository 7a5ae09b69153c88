import { useState } from 'react';
import { epochStart, periodStart } from '../../../../chain/epoch.ts';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { useEpoch } from '../../state/clock.ts';
import { useClient } from '../../state/client.tsx';
import { useWallet } from '../../state/wallet.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Field } from '../../ui/field.tsx';
import { formatAmount, formatDuration, formatTime, plural } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { parseWhole } from '../../ui/parse.ts';
import { Amount } from '../../ui/values.tsx';
import { PAYING } from '../../ui/words.ts';
import { useBalances } from '../balances.ts';
import type { AgreementFacts } from './facts.ts';

/** No agreement reaches further than so many periods from now. */
const PERIODS_MAX = 520;

/** A longer term at the same price. Anybody may pay for it. */
export function ExtendAgreement({ facts: { state, costPerPeriod } }: { facts: AgreementFacts }) {
  const { clock } = useChain();
  const { address } = useWallet();
  const { open } = useClient();
  const balances = useBalances(address);
  const [text, setText] = useState('4');
  const [isAsked, setAsked] = useState(false);
  const { period } = useEpoch();
  const most = period + PERIODS_MAX - state.endPeriod;
  const periods = most < 1 ? { problem: 'It is paid for as far ahead as can be.' } : parseWhole(text, { min: 1, max: most, what: 'The number of periods' });
  const count = 'value' in periods ? (periods.value ?? 0) : 0;
  const cost = costPerPeriod * BigInt(count);
  const until = epochStart(clock, periodStart(clock, state.endPeriod + count));
  const lack = balances.data !== undefined && balances.data.tokens < cost ? `You have ${formatAmount(balances.data.tokens)} HOLD; this costs ${formatAmount(cost)}.` : undefined;
  const act = useAct(async () => {
    const client = await open();
    const { extend } = await import('../../../../client/extend.ts');
    return extend(client, { agreement: state.id, periods: count, maxCost: cost });
  }, ({ transactionHash }) => ({ text: `Agreement ${state.id} now runs until ${formatTime(until)}.`, transactionHash }));
  const confirm = async () => {
    if ((await act.run()) !== undefined) setAsked(false);
  };
  return (
    <Card title="Extend">
      <Field label="Periods more" inputMode="numeric" value={text} onChange={({ target }) => setText(target.value)} problem={periods.problem ?? lack} note={count === 0 ? undefined : `${formatDuration(count * clock.epochsPerPeriod * clock.epochSeconds, { parts: 2 })} more, until ${formatTime(until)}`} />
      <div className="spread">
        <Amount value={cost} />
        <Button kind="primary" disabled={address === undefined || periods.problem !== undefined || lack !== undefined} onClick={() => { act.reset(); setAsked(true); }}>Extend</Button>
      </div>
      <Confirm isOpen={isAsked} onClose={() => setAsked(false)} title={`Extend agreement ${state.id}`} act={`Pay ${formatAmount(cost)} HOLD`} isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}
        rows={[{ name: 'Longer by', value: plural(count, 'period') }, { name: 'New end', value: formatTime(until) }, { name: 'Each period', value: <Amount value={costPerPeriod} /> }, { name: 'In all', value: <Amount value={cost} />, isTotal: true }]}>
        <p>Every provider in place signs for the longer time first. What is not proven comes back to the owner. {PAYING}</p>
      </Confirm>
    </Card>
  );
}
