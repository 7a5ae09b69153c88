import { Link } from 'wouter';
import { networkHealth } from '../../../chain/network-health.ts';
import { oldHead } from '../state/old-head.ts';
import { useRead } from '../state/read.ts';
import { useSettings } from '../state/settings.tsx';
import { useWallet } from '../state/wallet.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { formatBps, formatCount, formatDuration } from '../ui/format.ts';
import { useIndexStanding } from '../state/index-standing.ts';
import type { KnownStanding } from '../state/index-standing.ts';

/** What concerns every page. */
export function Notices() {
  const health = useRead(['health'], networkHealth);
  const index = useIndexStanding();
  const { isWrongNetwork, status, switchNetwork } = useWallet();
  const { deployment, isDevnet } = useSettings();
  const head = useRead(['head-time'], async (chain) => Number((await chain.ask('the newest block', (client) => client.getBlock())).timestamp));
  return (
    <div className="notices">
      {status === 'connected' && isWrongNetwork ? (
        <Banner tone="warn" title="Your wallet is on another network." action={<Button isSmall onClick={() => void switchNetwork()}>Switch network</Button>}>Holdfast is on chain {deployment.chainId} here. You can look around; nothing can be signed.</Banner>
      ) : null}
      {health.data?.isRepairOnly === true ? (
        <Banner tone="bad" title="The network only repairs at the moment.">Only {formatBps(health.data.provenBps)} of the promised data was proven lately. Nothing new is taken until that is better; what you have stored can be read, and is being repaired. It ends by itself.</Banner>
      ) : null}
      {health.error !== null && health.data !== undefined ? <Banner tone="warn" title="The chain does not answer.">What you see may be old. It is asked again and again.</Banner> : null}
      {head.data === undefined ? null : <OldHead age={oldHead({ blockSeconds: head.data, nowSeconds: Date.now() / 1000, isDevnet })} />}
      <IndexNotice index={index} />
    </div>
  );
}

function OldHead({ age }: { age: number | undefined }) {
  if (age === undefined) return null;
  return <Banner tone="warn" title={`The chain's newest block is ${formatDuration(age)} old.`}>The address that is asked may have fallen behind, or this computer's clock is wrong: what you see may be old. <Link href="/settings">Settings</Link> take another address.</Banner>;
}

/** An index lags by a block or two at all times. */
const BLOCKS_ALLOWED = 40;

function IndexNotice({ index: { url, isAway, standing } }: { index: KnownStanding }) {
  if (url === undefined) return null;
  if (isAway) return <Banner tone="info" title="The index does not answer.">Histories and charts may lack the newest; balances and agreements come from the chain itself.</Banner>;
  if (standing?.contradiction !== undefined) return <Banner tone="bad" title="The index contradicts the chain.">{standing.contradiction} Nothing of it is shown: histories come from the chain alone, as far back as that goes. Name another query endpoint in <Link href="/settings">Settings</Link>.</Banner>;
  if (standing !== undefined && standing.behind > BLOCKS_ALLOWED) return <Banner tone="info" title={`The index is ${formatCount(standing.behind)} blocks behind.`}>Histories and charts may lack the newest; balances and agreements come from the chain itself.</Banner>;
  return null;
}
