import { useState } from 'react';
import { buyTokens } from '../../../../chain/buy-tokens.ts';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Field } from '../../ui/field.tsx';
import { formatAmount } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { parseAmount } from '../../ui/parse.ts';
import { Amount } from '../../ui/values.tsx';
import type { AccountBalances } from '../balances.ts';

/** Left for the transaction itself, and for some after it. */
const KEEP_COIN = 10n ** 16n;

export function BuyTokens({ balances: { coin, rate } }: { balances: AccountBalances }) {
  const chain = useChain();
  const [text, setText] = useState('1');
  const [isAsked, setAsked] = useState(false);
  const max = coin > KEEP_COIN ? coin - KEEP_COIN : 0n;
  const paid = parseAmount(text, { what: 'The amount', max, tooMuch: max === 0n ? 'Your wallet has no coin. Send some to its address first.' : `You have ${formatAmount(coin)} coin, and some must stay for transactions.` });
  const tokens = (paid.value ?? 0n) * rate;
  const act = useAct((value: bigint) => buyTokens(chain, { coin: value }), (bought) => ({ text: `You bought ${formatAmount(bought.tokens)} HOLD.` }));
  const confirm = async () => {
    if (paid.value !== undefined && (await act.run(paid.value)) !== undefined) setAsked(false);
  };
  return (
    <Card title="Buy tokens">
      <Field label="You pay" unit="coin" inputMode="decimal" autoComplete="off" value={text} onChange={({ target }) => setText(target.value)} problem={paid.problem} />
      <div className="spread"><span className="muted">You get</span><strong><Amount value={tokens} /></strong></div>
      <div className="actions"><Button kind="primary" disabled={paid.problem !== undefined} onClick={() => { act.reset(); setAsked(true); }}>Buy</Button></div>
      <Confirm isOpen={isAsked} onClose={() => setAsked(false)} title="Buy tokens" act={`Pay ${formatAmount(paid.value ?? 0n)} coin`} isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()}
        rows={[{ name: 'You get', value: <Amount value={tokens} /> }, { name: 'You pay', value: <Amount value={paid.value ?? 0n} unit="coin" />, isTotal: true }]}>
        <p>The chain takes a little more for the transaction; your wallet shows how much.</p>
      </Confirm>
    </Card>
  );
}
