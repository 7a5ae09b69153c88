import { Component, Suspense, lazy } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { PageRoute } from '../state/pages.ts';
import { useWallet } from '../state/wallet.ts';
import { Failure } from '../ui/failure.tsx';
import { Loading } from '../ui/loading.tsx';
import { AREAS } from './areas.ts';
import { NotFound } from './not-found.tsx';
import { PageTitle } from './page-title.tsx';
import { WalletNeeded } from './wallet-needed.tsx';

const PAGES: readonly (PageRoute & { readonly View: ComponentType })[] = AREAS.flatMap(({ pages }) => pages).map((page) => ({ ...page, View: lazy(async () => ({ default: (await page.load()).Page })) }));

export function Routes() {
  const [location] = useLocation();
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
