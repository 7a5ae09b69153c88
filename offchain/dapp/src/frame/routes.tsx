import { Component, Suspense } from 'react';
import type { ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useWallet } from '../state/wallet.ts';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';
import { NotFound } from './not-found.tsx';
import { PageTitle } from './page-title.tsx';
import { PAGES, usePagesAhead } from './page-views.tsx';
import { WalletNeeded } from './wallet-needed.tsx';

export function Routes() {
  const [location] = useLocation();
  usePagesAhead(location);
  return (
    <PageFault key={location}>
      <Suspense fallback={<Loading what="The page is loading" lines={6} />}>
        <Switch>
          {PAGES.map(({ path, title, needsWallet, View }) => (
            <Route key={path} path={path}>
              <PageTitle title={title} />
              {needsWallet === true ? <Connected title={title}><View /></Connected> : <View />}
            </Route>
          ))}
          <Route path="/index.html"><Redirect to="/" /></Route>
          <Route><PageTitle title="Not found" /><NotFound /></Route>
        </Switch>
      </Suspense>
    </PageFault>
  );
}

function Connected({ title, children }: { title: string; children: ReactNode }) {
  const { status, isWrongNetwork } = useWallet();
  return status === 'connected' && !isWrongNetwork ? children : <WalletNeeded title={title} />;
}

/** A page that breaks takes neither the frame nor the other pages with it. */
class PageFault extends Component<{ children: ReactNode }, { error?: unknown; hasFailed: boolean }> {
  override state: { error?: unknown; hasFailed: boolean } = { hasFailed: false };

  static getDerivedStateFromError(error: unknown): { error: unknown; hasFailed: boolean } {
    return { error, hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return <Failure error={this.state.error} what="This page broke" retry={() => location.reload()} retryText="Load it anew" />;
  }
}
