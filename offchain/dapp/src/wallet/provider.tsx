import { createContext, use, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useSettings } from '../state/settings.tsx';
import { WalletContext } from '../state/wallet.ts';
import type { WalletState } from '../state/wallet.ts';
import type { Memory } from './facts.ts';
import { WalletStore } from './store.ts';

const AskingContext = createContext(0);

export function WalletProvider({ children }: { children: ReactNode }) {
  const { deployment, rpcUrls, isDevnet, devMnemonic } = useSettings();
  const store = useMemo(() => {
    const { chainId, market } = deployment;
    const network = { chainId, market, rpcUrls, name: isDevnet ? 'Holdfast devnet' : `Chain ${chainId}` };
    return new WalletStore({ network, devMnemonic, place: window, memory: memoryOf() });
  }, [deployment, rpcUrls, isDevnet, devMnemonic]);
  useEffect(() => store.start(), [store]);
  const { asking, ...facts } = useSyncExternalStore(store.subscribe, store.facts);
  const state: WalletState = { ...facts, connect: store.connect, disconnect: store.disconnect, switchNetwork: store.switchNetwork };
  return <WalletContext value={state}><AskingContext value={asking}>{children}</AskingContext></WalletContext>;
}

/** Windows of the wallet that wait for an answer. */
export function useAsking(): number {
  return use(AskingContext);
}

/** Browsers that forbid a page to keep anything forget the choice with the page. */
function memoryOf(): Memory {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    const kept = new Map<string, string>();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
  }
}
