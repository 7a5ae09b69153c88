import { useState } from 'react';
import { listNodes } from '../../../../chain/list-nodes.ts';
import { networkHealth } from '../../../../chain/network-health.ts';
import { useChain } from '../../state/chain.tsx';
import { useRead } from '../../state/read.ts';
import { useWallet } from '../../state/wallet.ts';
import { Card, Grid, Page as Frame } from '../../ui/page.tsx';
import { Empty } from '../../ui/empty.tsx';
import { WalletList } from '../../wallet/wallet-list.tsx';
import { periodsFor, planOf, schemeChoices } from './plan.ts';
import { QuotePanel } from './quote-panel.tsx';
import { SafetyPanel } from './safety-panel.tsx';
import { WishForm } from './wish-form.tsx';
import type { WishText } from './wish-form.tsx';
import { parseBytes, parseWhole } from '../../ui/parse.ts';

/** What a first visitor is likely to want. */
const FIRST: WishText = { space: '64 MiB', scheme: '', days: '30', price: '' };

export function Page() {
  const chain = useChain();
  const { status, isWrongNetwork } = useWallet();
  const nodes = useRead(['nodes'], listNodes, { pollMs: 30_000 });
  const health = useRead(['health'], networkHealth);
  const providers = nodes.data?.filter(({ tier }) => tier !== 'heavy').length;
  const schemes = schemeChoices(providers);
  const isQuick = chain.clock.epochSeconds < 600;
  const [text, setText] = useState<WishText>(() => ({ ...FIRST, days: isQuick ? '' : FIRST.days }));
  const chosen = schemes.find(({ id }) => id === text.scheme) ?? bestOf(schemes);
  const space = parseBytes(text.space, { what: 'The space' });
  // Where a period lasts seconds, days make no sense: periods are asked for instead.
  const time = parseWhole(text.days === '' && isQuick ? '20' : text.days, { min: 1, max: isQuick ? 520 : 3_650, what: isQuick ? 'The number of periods' : 'The number of days' });
  const plan = chosen === undefined || space.value === undefined || time.value === undefined ? undefined : planOf({ spaceBytes: space.value, k: chosen.k, m: chosen.m, periods: isQuick ? time.value : periodsFor(time.value, chain.clock) });
  return (
    <Frame title="Rent space" lead="Say how much and how safe. You see providers, odds and the whole price before anything is signed.">
      <Grid min="large">
        <WishForm text={text} onChange={setText} schemes={schemes} chosen={chosen?.id} isQuick={isQuick} problems={{ space: space.problem, time: time.problem }} plan={plan} providers={providers} />
        <div className="stack">
          {plan === undefined ? null : <SafetyPanel plan={plan} />}
          {status !== 'connected' || isWrongNetwork ? <Card title="Your quote"><Empty icon="wallet" title="Connect a wallet for a quote."><WalletList /></Empty></Card>
            : plan === undefined ? null
            : <QuotePanel key={JSON.stringify([plan.scheme, plan.quota, plan.periods, plan.batchLog2])} plan={plan} isRepairOnly={health.data?.isRepairOnly === true} />}
        </div>
      </Grid>
    </Frame>
  );
}

/** The default of 16 where so many providers are, else the largest that fits. */
function bestOf(schemes: ReturnType<typeof schemeChoices>): ReturnType<typeof schemeChoices>[number] | undefined {
  return schemes.find(({ k, m }) => k === 10 && m === 6) ?? schemes.filter(({ k, m }) => k > 1 && k + m <= 16).at(-1) ?? schemes[0];
}
