/** Joins the graph of peers behind the provider's back: it serves, proves and is paid whether or not that succeeds. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from '../../wire/http-server.ts';
import type { Provider } from '../context.ts';
import type { ProviderPeer } from './start-peer.ts';

const RETRY_MS = 10_000;

export interface Joined {
  /** Set once it has joined. */
  readonly peer: ProviderPeer | undefined;
  stop(): Promise<void>;
}

export function joinPeers(provider: Provider, server: Pick<RunningServer, 'url' | 'port'>): Joined {
  const { config, log } = provider;
  const stopped = new AbortController();
  let peer: ProviderPeer | undefined;
  const join = async (): Promise<void> => {
    while (config.p2p.enabled && !stopped.signal.aborted && peer === undefined) {
      try {
        // libp2p takes half a second and 40 MB to load: only who wants it pays.
        const { startProviderPeer } = await import('./start-peer.ts');
        if (stopped.signal.aborted) return;
        peer = await startProviderPeer(provider, { port: server.port, url: config.endpoint ?? server.url });
      } catch (error) {
        log.warn('peer.not-started', { error });
        await sleep(RETRY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  };
  const joining = join();
  return {
    get peer() {
      return peer;
    },
    async stop() {
      stopped.abort();
      await joining;
      await peer?.stop();
    },
  };
}
