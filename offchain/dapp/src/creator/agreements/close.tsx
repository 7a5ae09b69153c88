import { useState } from 'react';
import { closeAgreement } from '../../../../chain/close-agreement.ts';
import { epochStart, periodStart } from '../../../../chain/epoch.ts';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { useEpoch } from '../../state/clock.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatAmount, formatTime } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { Amount } from '../../ui/values.tsx';
import type { AgreementFacts } from './facts.ts';

/** Ends it with the running period. Whatever is stored in it only is gone afterwards. */
export function CloseAgreement({ facts: { state, costPerPeriod } }: { facts: AgreementFacts }) {
  const chain = useChain();
  const { period } = useEpoch();
  const periodsLeft = state.endPeriod - period - 1;
  const [isAsked, setAsked] = useState(false);
  const act = useAct(() => closeAgreement(chain, { agreement: state.id }), ({ refund }) => ({ text: `Agreement ${state.id} ends with this period; ${formatAmount(refund)} HOLD wait for you on the Tokens page.` }));
  const confirm = async () => {
    if ((await act.run()) !== undefined) setAsked(false);
  };
  return (
    <Card title="End it early">
      <p className="muted">{periodsLeft > 0 ? 'What was paid for the periods after this one comes back.' : 'Its last period runs: it ends by itself, and nothing would come back.'}</p>
      <div className="actions"><Button kind="danger" disabled={periodsLeft <= 0} onClick={() => { act.reset(); setAsked(true); }}>End agreement</Button></div>
      <Confirm isOpen={isAsked} onClose={() => setAsked(false)} isDanger title={`End agreement ${state.id}?`} act="End it for good" isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}
        rows={[{ name: 'It ends', value: formatTime(epochStart(chain.clock, periodStart(chain.clock, period + 1))) }, { name: 'Comes back', value: <Amount value={costPerPeriod * BigInt(Math.max(0, periodsLeft))} />, isTotal: true }]}>
        <p><strong>Files that are stored only here are lost</strong> when the period is over and the grace period has passed. Download them first.</p>
      </Confirm>
    </Card>
  );
}
