import { useEffect, useState } from 'react';
import { useWallet } from '../state/wallet.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/failure.tsx';
import { shortHex } from '../ui/format.ts';
import { useAsking } from './provider.tsx';
import { WalletList } from './wallet-list.tsx';

/** In the top bar: connects, shows who is connected, tells when the wallet waits for an answer. */
export function WalletButton() {
  const { status, address, isWrongNetwork, wallet } = useWallet();
  const asking = useAsking();
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  useEffect(() => {
    if (status === 'connected') setOpen(false);
  }, [status, address]);
  const isConnected = status === 'connected' && address !== undefined;
  return (
    <>
      <Button kind={isConnected ? 'plain' : 'primary'} isSmall icon={isWrongNetwork ? 'warn' : 'wallet'} onClick={() => setOpen(true)}>
        {isConnected ? <><span className="sr-only">Your account </span>{shortHex(address, 4)}{isWrongNetwork ? <span className="sr-only"> (wrong network)</span> : null}</> : status === 'connecting' ? 'Connecting…' : <>Connect<span className="wide"> wallet</span></>}
      </Button>
      <p className={asking > 0 ? 'wallet-asks' : 'sr-only'} role="status">{asking > 0 ? `${wallet?.name ?? 'Your wallet'} asks you to confirm. Its window may be behind this one, or wait behind its icon in the browser's bar.` : ''}</p>
      <Dialog isOpen={isOpen} onClose={close} title={isConnected ? 'Your account' : 'Connect a wallet'} actions={<Button onClick={close}>Close</Button>}>
        {isConnected ? <Account address={address} /> : <WalletList />}
      </Dialog>
    </>
  );
}

function Account({ address }: { address: string }) {
  const { wallet, chainId, isWrongNetwork, disconnect, switchNetwork, choices, connect, error } = useWallet();
  const [isCopied, setCopied] = useState(false);
  const others = choices.filter(({ isDev, id }) => isDev && id !== wallet?.id);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <>
      <p className="wallet-address">{address}</p>
      <p className="muted">{wallet?.name ?? 'A wallet'}, on chain {chainId}{isWrongNetwork ? ', which is not this network' : ''}.{wallet?.isDev === true ? '' : ' To use another account, select it in the wallet.'}</p>
      <div className="actions">
        {isWrongNetwork ? <Button kind="primary" onClick={() => void switchNetwork()}>Switch network</Button> : null}
        <Button icon="copy" onClick={() => void copy().catch(() => undefined)}>{isCopied ? 'Copied' : 'Copy address'}</Button>
        <Button onClick={() => void disconnect()}>Disconnect</Button>
      </div>
      {wallet?.isDev === true && others.length > 0 ? (
        <div className="actions" role="group" aria-label="Other accounts of this devnet">
          {others.map(({ id, name }) => <Button key={id} isSmall onClick={() => void connect(id)}>{name.replace(/^Devnet a/, 'A')}</Button>)}
        </div>
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
    </>
  );
}
