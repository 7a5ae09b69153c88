import { useWallet } from '../state/wallet.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Failure } from '../ui/failure.tsx';
import { Page } from '../ui/page.tsx';
import { WalletList } from '../wallet/wallet-list.tsx';

/** In a page's place, while nobody is connected. */
export function WalletNeeded({ title }: { title: string }) {
  const { status, isWrongNetwork, switchNetwork, error } = useWallet();
  if (status === 'connected' && isWrongNetwork) {
    return (
      <Page title={title}>
        <Empty icon="wallet" title="Your wallet is on another network." action={<Button kind="primary" onClick={() => void switchNetwork()}>Switch network</Button>}>Switch it to this one, and you are back where you were.</Empty>
        {error === undefined ? null : <Failure error={error} />}
      </Page>
    );
  }
  return (
    <Page title={title}>
      <Empty icon="wallet" title="Connect a wallet to go on.">
        <p>It holds your tokens, and the key to your files is made from its signature. Connecting alone costs nothing and signs nothing.</p>
        <WalletList />
      </Empty>
    </Page>
  );
}
