/** The creator's client of this page: opened when it is first needed, for it asks the wallet for a signature. */
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Client } from '../../../client/client.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { useChain } from './chain.tsx';
import { useSettings } from './settings.tsx';

export interface ClientState {
  /** `none`: no wallet is connected on this network. `locked`: the key to the files was not made yet. */
  readonly status: 'none' | 'locked' | 'open';
  /** When it is open. */
  readonly client?: Client | undefined;
  /** The client for acts that read no file; the wallet is asked for nothing. Throws NO_WALLET and what stands in the way. */
  open(): Promise<Client>;
  /** Makes the key, for which the wallet signs. For wallets that sign differently each time: with a recovery phrase. */
  unlock(recoveryPhrase?: string): Promise<Client>;
  /** Forgets the key, for another one to be tried. */
  lock(): void;
}

const ClientContext = createContext<ClientState | undefined>(undefined);

interface Held {
  readonly account: object;
  readonly recoveryPhrase: string | undefined;
  readonly opening: Promise<Client>;
}

export function ClientProvider({ children }: { children: ReactNode }) {
  const chain = useChain();
  const { heavies } = useSettings();
  const { account } = chain;
  const held = useRef<Held>(undefined);
  const [state, setState] = useState<Pick<ClientState, 'status' | 'client'>>({ status: 'locked' });

  // Another account, or none: what is open belongs to somebody else. Its uploads stop with a sentence and go on when it comes back.
  useEffect(() => {
    setState({ status: account === undefined ? 'none' : 'locked' });
    return () => {
      const before = held.current;
      held.current = undefined;
      void close(before);
    };
  }, [account]);

  const openWith = useCallback(async (recoveryPhrase: string | undefined): Promise<Client> => {
    if (account === undefined) throw new HoldfastError('NO_WALLET', 'No wallet is connected on this network.', { nextStep: 'Connect a wallet, then start it again.' });
    const known = held.current;
    if (known?.account === account && (recoveryPhrase === undefined || known.recoveryPhrase === recoveryPhrase)) return known.opening;
    await close(known);
    const opening = import('../../../client/page/create-browser-client.ts').then(({ createBrowserClient }) => createBrowserClient({ chain, ...(heavies.length === 0 ? {} : { heavies }), recoveryPhrase }));
    const mine: Held = { account, recoveryPhrase, opening };
    held.current = mine;
    opening.catch(() => {
      if (held.current === mine) held.current = undefined;
    });
    return opening;
  }, [account, chain, heavies]);

  const open = useCallback(() => openWith(undefined), [openWith]);
  const unlock = useCallback(async (recoveryPhrase?: string): Promise<Client> => {
    const client = await openWith(recoveryPhrase);
    await client.secrets.keys();
    if (held.current?.account === account) setState({ status: 'open', client });
    return client;
  }, [openWith, account]);

  const lock = useCallback(() => {
    const before = held.current;
    held.current = undefined;
    setState({ status: account === undefined ? 'none' : 'locked' });
    void close(before);
  }, [account]);

  const value = useMemo(() => ({ ...state, open, unlock, lock }), [state, open, unlock, lock]);
  return <ClientContext value={value}>{children}</ClientContext>;
}

export function useClient(): ClientState {
  const client = use(ClientContext);
  if (client === undefined) throw new Error('useClient outside of <ClientProvider>.');
  return client;
}

async function close(held: Held | undefined): Promise<void> {
  await held?.opening.then((client) => client.close()).catch(() => undefined);
}
