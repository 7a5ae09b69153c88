import { Suspense, lazy, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { Quote } from '../../../../client/rent.ts';
import { HoldfastError } from '../../../../wire/errors.ts';
import { useAct } from '../../state/act.ts';
import { useChain } from '../../state/chain.tsx';
import { useClient } from '../../state/client.tsx';
import { useWallet } from '../../state/wallet.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { formatAmount, formatBytes, formatTime } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { Amount } from '../../ui/values.tsx';
import { PAYING } from '../../ui/words.ts';
import { epochStart, periodStart } from '../../../../chain/epoch.ts';
import { useBalances } from '../balances.ts';
import type { Plan } from './plan.ts';
import { ProviderTable } from './provider-table.tsx';

const RegionMap = lazy(async () => ({ default: (await import('./region-map.tsx')).RegionMap }));

/** No contract takes a higher price. */
const NO_LIMIT = 2n ** 61n - 1n;
/** Offers hold for a while; a quote that is looked at longer is asked for anew. */
const FRESH_MS = 60_000;

export function QuotePanel({ plan, isRepairOnly }: { plan: Plan; isRepairOnly: boolean }) {
  const { address } = useWallet();
  const { account } = useChain();
  const { open } = useClient();
  const { scheme, batchLog2, quota, periods } = plan;
  const request = { scheme, batchLog2, quota, periods, priceLimit: NO_LIMIT };
  const quoted = useQuery({
    queryKey: ['quote', address ?? null, scheme, batchLog2, quota, periods],
    queryFn: async ({ signal }) => {
      // A size that is still being typed asks nobody.
      await new Promise((resolve) => setTimeout(resolve, 600));
      signal.throwIfAborted();
      const client = await open();
      const { quote } = await import('../../../../client/rent.ts');
      return quote(client, { ...request, explain: true, signal });
    },
    enabled: !isRepairOnly && account !== undefined,
    refetchInterval: FRESH_MS,
    staleTime: FRESH_MS,
    retry: false,
  });
  const retry = () => void quoted.refetch();
  return (
    <Card title="Your quote" actions={<Button kind="quiet" isSmall isBusy={quoted.isFetching} disabled={isRepairOnly} onClick={retry}>Ask again</Button>}>
      {isRepairOnly ? <Failure error={new HoldfastError('REPAIR_ONLY', 'The network only repairs at the moment, so nothing new can be rented.', { nextStep: 'It ends by itself when enough of the data is proven again.' })} />
        : quoted.data !== undefined ? <Quoted plan={plan} quote={quoted.data} />
        : quoted.error !== null ? <Failure error={quoted.error} what="There is no quote" retry={retry} />
        : <Loading what="Heavy nodes are asked for offers" lines={6} />}
    </Card>
  );
}

function Quoted({ plan, quote }: { plan: Plan; quote: Quote }) {
  const { clock } = useChain();
  const { address } = useWallet();
  const { open } = useClient();
  const [, go] = useLocation();
  const balances = useBalances(address);
  const [isAsked, setAsked] = useState(false);
  const { match, cost, perEpoch } = quote;
  // A heavy node may find another set of providers when it is asked anew; no more than a twentieth dearer is taken.
  const maxCost = cost + cost / 20n;
  const act = useAct(async () => {
    const client = await open();
    const { rent } = await import('../../../../client/rent.ts');
    const { scheme, batchLog2, quota, periods } = plan;
    return rent(client, { scheme, batchLog2, quota, periods, priceLimit: NO_LIMIT, maxCost });
  }, ({ agreement, transactionHash }) => ({ text: `Agreement ${agreement} is yours.`, transactionHash }));
  const confirm = async () => {
    const rented = await act.run();
    if (rented !== undefined) go(`/agreements/${rented.agreement}`);
  };
  const lacks = balances.data !== undefined && balances.data.tokens < cost;
  const rows = [
    { name: 'Space', value: formatBytes(plan.spaceBytes) },
    { name: 'Until', value: formatTime(epochStart(clock, periodStart(clock, match.terms.endPeriod))) },
    { name: 'Each epoch', value: <Amount value={perEpoch} /> },
    { name: <>Of it for the heavy node<Hint word="heavy fee" /></>, value: `${(match.terms.feeBps / 100).toFixed(2)} %` },
    { name: 'In all', value: <Amount value={cost} />, isTotal: true },
  ];
  return (
    <>
      <Facts rows={rows} />
      {lacks ? <p className="problem">You have {formatAmount(balances.data?.tokens ?? 0n)} HOLD, which is not enough.</p> : null}
      <div className="actions">
        {lacks ? <LinkButton kind="primary" href="/tokens">Buy tokens</LinkButton> : <Button kind="primary" onClick={() => { act.reset(); setAsked(true); }}>Rent for {formatAmount(cost)} HOLD</Button>}
        <span className="muted small">Rent of epochs that nobody proves comes back.</span>
      </div>
      {quote.distrusted.length === 0 ? null : <p className="muted small">Passed over: {quote.distrusted.map(({ url, why }) => `${url} (${why})`).join('; ')}.</p>}
      <Suspense fallback={<Loading what="The map is loading" lines={4} />}><RegionMap regions={match.offers.map(({ region }) => region)} /></Suspense>
      <ProviderTable match={match} />
      <Confirm isOpen={isAsked} onClose={() => setAsked(false)} title="Rent this space" act={`Pay ${formatAmount(cost)} HOLD`} isBusy={act.isBusy} error={act.error} onConfirm={() => void confirm()} rows={rows}>
        <p>{PAYING} Afterwards it signs for the key with which lost parts are rebuilt, which costs nothing. At most <Amount value={maxCost} /> are taken, should offers change in this moment.</p>
      </Confirm>
    </>
  );
}
