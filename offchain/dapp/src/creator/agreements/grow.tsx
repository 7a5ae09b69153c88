import { useState } from 'react';
import { useAct } from '../../state/act.ts';
import { useClient } from '../../state/client.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Field } from '../../ui/field.tsx';
import { formatAmount, formatBytes } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { parseBytes } from '../../ui/parse.ts';
import { Amount } from '../../ui/values.tsx';
import { PAYING } from '../../ui/words.ts';
import type { AgreementFacts } from './facts.ts';

/** No contract takes a higher price. */
const NO_LIMIT = 2n ** 61n - 1n;

/** More space at the same providers, at what they ask today. */
export function GrowAgreement({ facts: { state, batchBytes } }: { facts: AgreementFacts }) {
  const { open } = useClient();
  const [text, setText] = useState('');
  const size = parseBytes(text, { what: 'The space' });
  const quota = size.value === undefined ? 0 : Math.ceil(size.value / batchBytes);
  const [quoted, setQuoted] = useState<{ readonly cost: bigint; readonly quota: number }>();
  const ask = useAct(async () => {
    const client = await open();
    const { growQuote } = await import('../../../../client/grow.ts');
    const { cost } = await growQuote(client, { agreement: state.id, quota, priceLimit: NO_LIMIT });
    return { cost, quota };
  });
  const act = useAct(async ({ cost, quota: more }: { readonly cost: bigint; readonly quota: number }) => {
    const client = await open();
    const { grow } = await import('../../../../client/grow.ts');
    return grow(client, { agreement: state.id, quota: more, priceLimit: NO_LIMIT, maxCost: cost });
  }, ({ transactionHash }) => ({ text: `Agreement ${state.id} has more space.`, transactionHash }));
  const confirm = async () => {
    if (quoted !== undefined && (await act.run(quoted)) !== undefined) { setQuoted(undefined); setText(''); }
  };
  return (
    <Card title="More space">
      <Field label="Space to add" value={text} placeholder={formatBytes(batchBytes * 16)} onChange={({ target }) => setText(target.value)} problem={text === '' ? undefined : size.problem} note={quota === 0 ? `In steps of ${formatBytes(batchBytes)}.` : `${formatBytes(quota * batchBytes)} will be added.`} />
      <div className="actions"><Button isBusy={ask.isBusy} disabled={quota === 0} onClick={() => void ask.run().then((found) => found !== undefined && (act.reset(), setQuoted(found)))}>See the price</Button><span className="muted small">Your wallet signs the question. It costs nothing.</span></div>
      {ask.error === undefined ? null : <Failure error={ask.error} />}
      <Confirm isOpen={quoted !== undefined} onClose={() => setQuoted(undefined)} title={`More space in agreement ${state.id}`} act={`Pay ${formatAmount(quoted?.cost ?? 0n)} HOLD`} isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}
        rows={[{ name: 'Added', value: formatBytes((quoted?.quota ?? 0) * batchBytes) }, { name: 'Until the end of the agreement', value: <Amount value={quoted?.cost ?? 0n} />, isTotal: true }]}>
        <p>The providers in place sign for it at once. Growing waits until each of them has proven the running epoch. {PAYING}</p>
      </Confirm>
    </Card>
  );
}
