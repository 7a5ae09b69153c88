import { Suspense, lazy } from 'react';
import { Link } from 'wouter';
import { networkHealth } from '../../../chain/network-health.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { LinkButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { formatBytes, formatProven, plural } from '../ui/format.ts';
import { Hint } from '../ui/hint.tsx';
import { Loading } from '../ui/loading.tsx';
import { Card, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { Progress } from '../ui/progress.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Amount, Time } from '../ui/values.tsx';
import { STANDING_WORDS } from './agreements/facts.ts';
import type { AgreementFacts } from './agreements/facts.ts';
import { StandingBadge } from './agreements/standing-badge.tsx';
import { useAgreements } from './agreements/use-agreements.ts';
import { useBalances } from './balances.ts';
import { Welcome } from './welcome.tsx';

const SpendingChart = lazy(async () => ({ default: (await import('./spending/chart.tsx')).SpendingChart }));

export function Page() {
  const { status, isWrongNetwork } = useWallet();
  return status === 'connected' && !isWrongNetwork ? <Connected /> : <Welcome />;
}

function Connected() {
  const { address } = useWallet();
  const agreements = useAgreements(address);
  const balances = useBalances(address);
  return (
    <Frame title="Overview" actions={<><LinkButton href="/rent">Rent space</LinkButton><LinkButton kind="primary" icon="upload" href="/files">Store files</LinkButton></>}>
      <StateOf query={agreements} what="Your agreements" lines={6}>
        {(list) => list.length === 0 ? <FirstSteps tokens={balances.data?.tokens ?? 0n} /> : <Figures list={list} tokens={balances.data?.tokens} />}
      </StateOf>
    </Frame>
  );
}

function FirstSteps({ tokens }: { tokens: bigint }) {
  return (
    <Card>
      <Empty icon="store" title={tokens === 0n ? 'Three steps to your first stored file' : 'You have tokens: rent some space next'} action={tokens === 0n ? <LinkButton kind="primary" href="/tokens">Buy tokens</LinkButton> : <LinkButton kind="primary" href="/rent">Rent space</LinkButton>}>
        <ol className="steps">
          <li className={tokens > 0n ? 'step step-done' : 'step'}><Link href="/tokens">Buy tokens</Link><span>Rent is paid in them.</span></li>
          <li className="step"><Link href="/rent">Rent space</Link><span>See price, safety and providers before you sign.</span></li>
          <li className="step"><Link href="/files">Store files</Link><span>They are encrypted here, in your browser.</span></li>
        </ol>
      </Empty>
    </Card>
  );
}

function Figures({ list, tokens }: { list: readonly AgreementFacts[]; tokens: bigint | undefined }) {
  const { address } = useWallet();
  const health = useRead(['health'], networkHealth);
  const running = list.filter(({ isRunning }) => isRunning);
  const used = running.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  const total = running.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  const [next] = [...running].sort((a, b) => a.paidUntil - b.paidUntil);
  const worst = worstOf(running);
  return (
    <>
      <Grid min="small">
        <Stat label="Health" value={worst === undefined ? 'No agreement runs' : STANDING_WORDS[worst.standing].text} tone={worst === undefined ? undefined : toneOf(worst)} note={worst === undefined ? undefined : `${plural(Math.max(0, worst.spare), 'provider')} may still be lost`} />
        <Stat label="Space used" hint={<Hint word="quota" />} value={formatBytes(used)} note={`of ${formatBytes(total)} rented`} />
        <Stat label="Paid until" value={next === undefined ? '–' : <Time seconds={next.paidUntil} />} note={next === undefined ? undefined : <Time seconds={next.paidUntil} style="full" />} tone={next?.standing === 'closing-soon' ? 'warn' : undefined} />
        <Stat label="Tokens" value={tokens === undefined ? '…' : <Amount value={tokens} digits={2} />} note={<Link href="/tokens">Buy more</Link>} />
        <Stat label="Network" hint={<Hint word="proven share" />} value={health.data === undefined ? '…' : formatProven(health.data.provenBps)} note="of all data proven lately" tone={health.data?.isRepairOnly === true ? 'bad' : undefined} />
      </Grid>
      <Card title="Your agreements" actions={<Link href="/agreements">All of them</Link>}>
        <ul className="agreement-list">
          {running.slice(0, 4).map((one) => (
            <li key={one.state.id}>
              <div className="spread"><Link href={`/agreements/${one.state.id}`}>Agreement {one.state.id}</Link><StandingBadge standing={one.standing} /></div>
              <Progress label={`${formatBytes(one.usedBytes)} of ${formatBytes(one.totalBytes)}`} share={one.usedBytes / one.totalBytes} />
            </li>
          ))}
        </ul>
        {running.length === 0 ? <Empty title="None of your agreements runs any more." action={<LinkButton kind="primary" href="/rent">Rent space</LinkButton>} /> : null}
      </Card>
      <Card title="Spending" actions={<Link href="/spending">Details</Link>}>
        {address === undefined ? null : <Suspense fallback={<Loading what="The chart is loading" lines={5} />}><SpendingChart account={address} /></Suspense>}
      </Card>
    </>
  );
}

const ORDER = ['lost', 'critical', 'at-risk', 'closing-soon', 'safe', 'ended'] as const;

function worstOf(list: readonly AgreementFacts[]): AgreementFacts | undefined {
  return [...list].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing))[0];
}

function toneOf({ standing }: AgreementFacts): 'good' | 'warn' | 'bad' | undefined {
  const { tone } = STANDING_WORDS[standing];
  return tone === 'plain' ? undefined : tone;
}
