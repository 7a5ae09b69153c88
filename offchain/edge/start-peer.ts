/** The libp2p side of an edge node: a light peer that tells the DHT what it keeps. Loaded only when it is switched on. */
import { createAttachment } from '../p2p/attach.ts';
import { contentKey } from '../p2p/routing.ts';
import { startPeer } from '../p2p/start-peer.ts';
import { registeredFrom } from '../chain/registered.ts';
import type { NetworkOptions } from './network.ts';

export interface EdgePeer {
  /** A parent has taken it: there is somebody to tell. */
  readonly isAttached: boolean;
  /** As others dial it. */
  addresses(): string[];
  /** Holds for two days, renewed by itself. @throws when nobody takes it */
  provide(contentId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startEdgePeer(options: NetworkOptions): Promise<EdgePeer> {
  const { id, chain, account, config, url, nowSeconds, log } = options;
  const registered = registeredFrom(chain);
  const { p2p, home, parent } = config;
  const peer = await startPeer({ role: 'light', network: chain.deployment, nodeId: id, signer: account, home, registered, log, nowSeconds, listen: p2p.listen ?? { host: '127.0.0.1' }, announce: p2p.announce });
  const attachment = createAttachment({ peer, registered, home: parent, url });
  attachment.start();
  return {
    get isAttached() {
      return attachment.parent !== undefined;
    },
    addresses: () => peer.addresses(),
    provide: (contentId) => peer.routing.provide(contentKey(contentId)),
    async stop() {
      await attachment.stop();
      await peer.stop();
    },
  };
}
