import { useState } from 'react';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { useClient } from '../../state/client.tsx';
import { useWallet } from '../../state/wallet.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Field } from '../../ui/field.tsx';
import { formatAmount, formatDuration, plural } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { parseAmount, parseWhole } from '../../ui/parse.ts';
import { Amount } from '../../ui/values.tsx';
import { PAYING } from '../../ui/words.ts';
import { useBalances } from '../balances.ts';
import type { AgreementFacts } from './facts.ts';

/** Renewals by themselves: how long, at which price, and what they are paid from. */
export function RenewAgreement({ facts }: { facts: AgreementFacts }) {
  const { state, renewal, costPerPeriod } = facts;
  const { clock } = useChain();
  const { open } = useClient();
  const isOn = renewal.maxPerPeriod > 0n;
  const [periodsText, setPeriods] = useState('12');
  const [amountText, setAmount] = useState('');
  const [asked, setAsked] = useState<'on' | 'off' | 'fill' | 'take'>();
  const periods = parseWhole(periodsText, { min: 1, max: 520, what: 'The number of periods' });
  const { address } = useWallet();
  const have = useBalances(address).data?.tokens;
  const amount = parseAmount(amountText, { what: 'The amount', ...(have === undefined ? {} : { max: have, tooMuch: `You have ${formatAmount(have)} HOLD.` }) });
  const act = useAct(async (what: 'on' | 'off' | 'fill' | 'take') => {
    const client = await open();
    const verbs = await import('../../../../client/auto-renew.ts');
    if (what === 'on') await verbs.autoRenew(client, { agreement: state.id, periods: periods.value ?? 1 });
    else if (what === 'off') await verbs.autoRenew(client, { agreement: state.id, periods: 0 });
    else if (what === 'fill') await verbs.topUp(client, { agreement: state.id, amount: amount.value ?? 0n });
    else await verbs.takePot(client, { agreement: state.id });
    return what;
  }, (what) => ({ text: { on: 'It renews itself from now on.', off: 'It no longer renews itself.', fill: 'The pot is filled.', take: 'The pot is empty; withdraw the tokens on the Tokens page.' }[what] }));
  const confirm = async () => {
    if (asked === undefined || (await act.run(asked)) === undefined) return;
    setAsked(undefined);
    if (asked === 'fill') setAmount('');
  };
  const lasts = costPerPeriod === 0n ? 0 : Number(renewal.pot / costPerPeriod);
  const ask = (what: 'on' | 'off' | 'fill' | 'take') => { act.reset(); setAsked(what); };
  return (
    <Card title="Renew by itself" hint={<Hint word="auto-renew" />} actions={<Badge tone={isOn ? 'good' : 'plain'}>{isOn ? 'On' : 'Off'}</Badge>}>
      <Facts rows={[
        { name: 'Pot', value: <Amount value={renewal.pot} /> },
        { name: 'It pays for', value: `${plural(lasts, 'period')} (${formatDuration(lasts * clock.epochsPerPeriod * clock.epochSeconds)})` },
        ...(isOn ? [{ name: 'At most, each period', value: <Amount value={renewal.maxPerPeriod} /> }] : []),
      ]} />
      {isOn && lasts === 0 ? <p className="problem">The pot does not pay for a period: put something into it, or nothing is renewed.</p> : null}
      {isOn ? null : <Field label="For so many periods at most" inputMode="numeric" value={periodsText} onChange={({ target }) => setPeriods(target.value)} problem={periods.problem} note="Never dearer than today. You may end it at any time." />}
      <div className="actions">
        {isOn ? <Button onClick={() => ask('off')}>Turn off</Button> : <Button disabled={periods.problem !== undefined} onClick={() => ask('on')}>Turn on</Button>}
        {renewal.pot > 0n && !renewal.isLocked ? <Button kind="quiet" onClick={() => ask('take')}>Take the pot back</Button> : null}
      </div>
      <Field label="Put into the pot" unit="HOLD" inputMode="decimal" value={amountText} placeholder={formatAmount(costPerPeriod)} onChange={({ target }) => setAmount(target.value)} problem={amountText === '' ? undefined : amount.problem} />
      <div className="actions"><Button disabled={amount.problem !== undefined} onClick={() => ask('fill')}>Top up</Button></div>
      <Confirm isOpen={asked !== undefined} onClose={() => setAsked(undefined)} isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}
        title={{ on: 'Let it renew itself', off: 'End the renewals', fill: 'Fill the pot', take: 'Take the pot back' }[asked ?? 'on']}
        act={asked === 'fill' ? `Pay ${formatAmount(amount.value ?? 0n)} HOLD` : 'Sign'}
        rows={asked === 'on' ? [{ name: 'At most, each period', value: <Amount value={costPerPeriod} /> }, { name: 'At most, in all', value: <Amount value={costPerPeriod * BigInt(periods.value ?? 0)} />, isTotal: true }] : asked === 'fill' ? [{ name: 'Into the pot', value: <Amount value={amount.value ?? 0n} />, isTotal: true }] : asked === 'take' ? [{ name: 'Back to you', value: <Amount value={renewal.pot} />, isTotal: true }] : []}>
        <p>{{ on: 'The heavy node extends it one period at a time, paid from the pot. Nothing leaves your wallet now.', off: 'What is in the pot stays yours.', fill: `What is not used for renewals, you can take back. ${PAYING}`, take: 'Without a pot it ends when its paid time is over.' }[asked ?? 'on']}</p>
      </Confirm>
    </Card>
  );
}
