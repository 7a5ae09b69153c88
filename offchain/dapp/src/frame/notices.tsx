import { networkHealth } from '../../../chain/network-health.ts';
import { useRead } from '../state/read.ts';
import { useSettings } from '../state/settings.tsx';
import { useWallet } from '../state/wallet.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { formatBps } from '../ui/format.ts';
import { useIsBehind } from './behind.ts';

/** What concerns every page. */
export function Notices() {
  const health = useRead(['health'], networkHealth);
  const behindBlocks = useIsBehind();
  const { isWrongNetwork, status, switchNetwork } = useWallet();
  const { deployment } = useSettings();
  return (
    <div className="notices">
      {status === 'connected' && isWrongNetwork ? (
        <Banner tone="warn" title="Your wallet is on another network." action={<Button isSmall onClick={() => void switchNetwork()}>Switch network</Button>}>Holdfast is on chain {deployment.chainId} here. You can look around; nothing can be signed.</Banner>
      ) : null}
      {health.data?.isRepairOnly === true ? (
        <Banner tone="bad" title="The network only repairs at the moment.">Only {formatBps(health.data.provenBps)} of the promised data was proven lately. Nothing new is taken until that is better; what you have stored can be read, and is being repaired. It ends by itself.</Banner>
      ) : null}
      {health.error !== null && health.data !== undefined ? <Banner tone="warn" title="The chain does not answer.">What you see may be old. It is asked again and again.</Banner> : null}
      {behindBlocks !== undefined ? <Banner tone="info" title={behindBlocks === 'away' ? 'The index does not answer.' : `The index is ${behindBlocks} blocks behind.`}>Histories and charts may lack the newest; balances and agreements come from the chain itself.</Banner> : null}
    </div>
  );
}
