import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useMemo } from 'react';
import type { ReactNode } from 'react';
import { ChainProvider } from '../state/chain.tsx';
import { ClientProvider } from '../state/client.tsx';
import { SettingsContext, loadSettings, withChoices } from '../state/settings.tsx';
import { ToastsProvider } from '../state/toasts.tsx';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';
import { WalletProvider } from '../wallet/provider.tsx';
import { Frame } from './frame.tsx';
import { Notices } from './notices.tsx';
import { Routes } from './routes.tsx';

const Addresses = lazy(async () => ({ default: (await import('../creator/settings/addresses.tsx')).Addresses }));

const queries = new QueryClient({
  // What is shown may be a poll old. The chain client retries by itself.
  defaultOptions: { queries: { retry: false, staleTime: 500, refetchOnWindowFocus: true } },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <ToastsProvider>
        <Configured>
          <WalletProvider>
            <Frame>
              <ChainProvider whenAway={<Suspense><Addresses /></Suspense>}>
                <ClientProvider>
                  <Notices />
                  <Routes />
                </ClientProvider>
              </ChainProvider>
            </Frame>
          </WalletProvider>
        </Configured>
      </ToastsProvider>
    </QueryClientProvider>
  );
}

/** Nothing can be shown before the page knows which network it belongs to. */
function Configured({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => loadSettings(signal), staleTime: Infinity });
  const settings = useMemo(() => (data === undefined ? undefined : withChoices(data)), [data]);
  if (settings !== undefined) return <SettingsContext value={settings}>{children}</SettingsContext>;
  return <main className="alone">{error === null ? <Loading what="Holdfast is starting" /> : <Failure error={error} what="Holdfast cannot start" retry={() => void refetch()} />}</main>;
}
