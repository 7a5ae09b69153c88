import { useState } from 'react';
import { closeAgreement } from '../../../../chain/close-agreement.ts';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatAmount } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import type { AgreementFacts } from './facts.ts';

/** Ends it with the running period. Whatever is stored in it only is gone afterwards. */
export function CloseAgreement({ facts: { state } }: { facts: AgreementFacts }) {
  const chain = useChain();
  const [isAsked, setAsked] = useState(false);
  const act = useAct(() => closeAgreement(chain, { agreement: state.id }), ({ refund }) => ({ text: `Agreement ${state.id} ends with this period; ${formatAmount(refund)} HOLD wait for you on the Tokens page.` }));
  const confirm = async () => {
    if ((await act.run()) !== undefined) setAsked(false);
  };
  return (
    <Card title="End it early">
      <p className="muted">What was paid for the periods after this one comes back.</p>
      <div className="actions"><Button kind="danger" onClick={() => { act.reset(); setAsked(true); }}>End agreement</Button></div>
      <Confirm isOpen={isAsked} onClose={() => setAsked(false)} isDanger title={`End agreement ${state.id}?`} act="End it for good" isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}>
        <p><strong>Files that are stored only here are lost</strong> when the period is over and the grace period has passed. Download them first.</p>
      </Confirm>
    </Card>
  );
}
