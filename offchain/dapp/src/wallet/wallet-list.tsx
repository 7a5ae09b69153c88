import { useState } from 'react';
import { useWallet } from '../state/wallet.ts';
import type { WalletChoice } from '../state/wallet.ts';
import { Button } from '../ui/button.tsx';
import { Failure } from '../ui/failure.tsx';
import { Select } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';

/** The wallets to choose from. */
export function WalletList() {
  const { choices, connect, status, wallet, error } = useWallet();
  const own = choices.filter(({ isDev }) => !isDev);
  const dev = choices.filter(({ isDev }) => isDev);
  return (
    <div className="wallets">
      {own.length === 0 ? null : (
        <ul className="wallet-choices">
          {own.map((one) => <li key={one.id}><Choice choice={one} isBusy={status === 'connecting' && wallet?.id === one.id} connect={connect} /></li>)}
        </ul>
      )}
      {own.length === 0 && dev.length === 0 ? <p>No wallet was found in this browser. Install one that is made for Ethereum (an extension, or a wallet's own browser on a phone) and reload this page.</p> : null}
      {dev.length === 0 ? null : <DevWallet choices={dev} connect={connect} isAlone={own.length === 0} />}
      {status === 'connecting' ? <p className="muted small" role="status">Waiting for {wallet?.name ?? 'the wallet'}. Its window may be behind this one.</p> : null}
      {error === undefined ? null : <Failure error={error} />}
    </div>
  );
}

function Choice({ choice: { id, name, icon }, isBusy, connect }: { choice: WalletChoice; isBusy: boolean; connect: (id: string) => Promise<void> }) {
  return (
    <button type="button" className="wallet-choice" aria-busy={isBusy || undefined} onClick={() => void connect(id)}>
      {icon === undefined ? <Icon name="wallet" size={28} /> : <img src={icon} alt="" width={28} height={28} />}
      <span>{name}</span>
      {isBusy ? <span className="spinner" aria-hidden="true" /> : <Icon name="chevron" size={16} />}
    </button>
  );
}

/** For trying things out: accounts that everybody has the keys of. */
function DevWallet({ choices, connect, isAlone }: { choices: readonly WalletChoice[]; connect: (id: string) => Promise<void>; isAlone: boolean }) {
  const [chosen, choose] = useState(choices[0]?.id ?? '');
  return (
    <div className="wallet-dev">
      <Select label="An account of this devnet" note="Everybody has its key, so it exists on devnets only. It signs without asking." value={chosen} options={choices.map(({ id, name }) => ({ value: id, text: name }))} onChange={choose} />
      <Button kind={isAlone ? 'primary' : 'plain'} onClick={() => void connect(chosen)}>Use this account</Button>
    </div>
  );
}
