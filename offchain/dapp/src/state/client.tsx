/** The creator's client of this page: opened when it is first needed, for it asks the wallet for a signature. */
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { BrowserClient } from '../../../sdk/browser.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { useChain } from './chain.tsx';
import { useSettings } from './settings.tsx';

export interface ClientState {
  /** `none`: no wallet is connected on this network. `locked`: not opened yet, or closed. */
  readonly status: 'none' | 'locked' | 'opening' | 'open' | 'failed';
  readonly client?: BrowserClient | undefined;
  readonly error?: unknown;
  /** Opens it, or gives the open one. For wallets that sign differently each time: with a recovery phrase. Throws what stands in the way. */
  open(recoveryPhrase?: string): Promise<BrowserClient>;
}

const ClientContext = createContext<ClientState | undefined>(undefined);

interface Held {
  readonly account: object;
  readonly opening: Promise<BrowserClient>;
}

export function ClientProvider({ children }: { children: ReactNode }) {
  const chain = useChain();
  const { heavies } = useSettings();
  const { account } = chain;
  const held = useRef<Held>(undefined);
  const [state, setState] = useState<Pick<ClientState, 'status' | 'client' | 'error'>>({ status: 'locked' });

  // Another account, or none: what is open belongs to somebody else. Its uploads stop with a sentence and go on when it comes back.
  useEffect(() => {
    setState({ status: account === undefined ? 'none' : 'locked' });
    return () => {
      const before = held.current;
      held.current = undefined;
      void before?.opening.then((client) => client.close()).catch(() => undefined);
    };
  }, [account]);

  const open = useCallback(async (recoveryPhrase?: string): Promise<BrowserClient> => {
    if (account === undefined) throw new HoldfastError('NO_WALLET', 'No wallet is connected on this network.', { nextStep: 'Connect a wallet, then start it again.' });
    if (held.current?.account === account) return held.current.opening;
    const opening = import('../../../sdk/browser.ts').then(({ createBrowserClient }) => createBrowserClient({ chain, ...(heavies.length === 0 ? {} : { heavies }), recoveryPhrase }));
    const mine: Held = { account, opening };
    held.current = mine;
    setState({ status: 'opening' });
    try {
      const client = await opening;
      if (held.current === mine) setState({ status: 'open', client });
      return client;
    } catch (error) {
      if (held.current === mine) {
        held.current = undefined;
        setState({ status: 'failed', error });
      }
      throw error;
    }
  }, [account, chain, heavies]);

  const value = useMemo(() => ({ ...state, open }), [state, open]);
  return <ClientContext value={value}>{children}</ClientContext>;
}

export function useClient(): ClientState {
  const client = use(ClientContext);
  if (client === undefined) throw new Error('useClient outside of <ClientProvider>.');
  return client;
}
