import { createContext, use, useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { createChain } from '../../../chain/client.ts';
import type { Chain } from '../../../chain/client.ts';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';
import { noting } from './last-sent.ts';
import { useSettings } from './settings.tsx';
import { useWallet } from './wallet.ts';

const ChainContext = createContext<Chain | undefined>(undefined);

/** Blocks come several times a second on a devnet; elsewhere a wallet's own pace is enough. */
const DEV_POLL_MS = 250;
const POLL_MS = 2_000;
/** A chain that is away is asked again by itself. */
const AGAIN_MS = 5_000;

/** Connects once for each signer; pages inside always have a chain. `whenAway`: below the failure, where there is none. */
export function ChainProvider({ children, whenAway }: { children: ReactNode; whenAway: ReactNode }) {
  const { deployment, rpcUrls, isDevnet } = useSettings();
  const { signer, address } = useWallet();
  const pollMs = isDevnet ? DEV_POLL_MS : POLL_MS;
  const reading = useQuery({
    queryKey: ['connection', deployment.chainId, deployment.market, rpcUrls],
    queryFn: () => createChain({ rpcUrls, deployment, pollMs }),
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
    refetchInterval: ({ state }) => (state.error === null ? false : AGAIN_MS),
  });
  const signing = useQuery({
    queryKey: ['connection', deployment.chainId, deployment.market, rpcUrls, address ?? null, signerId(signer)],
    queryFn: async () => noting(await createChain({ rpcUrls, deployment, pollMs, account: signer })),
    enabled: signer !== undefined,
    staleTime: Infinity,
    retry: false,
  });
  const chain = (signer === undefined ? undefined : signing.data) ?? reading.data;
  const { error, refetch } = reading;
  useEffect(() => {
    if (error === null) return undefined;
    const again = () => void refetch();
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [error, refetch]);
  if (chain !== undefined) {
    return (
      <ChainContext value={chain}>
        {signing.error === null ? null : <Failure error={signing.error} what="Your wallet cannot sign on this network; you can look around" retry={() => void signing.refetch()} />}
        {children}
      </ChainContext>
    );
  }
  if (error !== null) return <div className="stack"><Failure error={error} what="The chain cannot be reached" retry={() => void refetch()} />{whenAway}</div>;
  return <Loading what="Connecting to the chain" />;
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** Signers are objects without a name that a query's key could carry. */
function signerId(signer: object | undefined): number {
  if (signer === undefined) return 0;
  const known = ids.get(signer) ?? ++lastId;
  ids.set(signer, known);
  return known;
}

/** With the wallet's account where one is connected on this network; else it only reads. */
export function useChain(): Chain {
  const chain = use(ChainContext);
  if (chain === undefined) throw new Error('useChain outside of <ChainProvider>.');
  return chain;
}

/** How often pages look again, in milliseconds: a few times an epoch, never more than once a second. */
export function usePollMs(): number {
  const { clock } = useChain();
  return useMemo(() => Math.min(15_000, Math.max(1_000, (clock.epochSeconds * 1000) / 3)), [clock]);
}
