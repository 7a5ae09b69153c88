/** Heavy nodes found over libp2p, for a creator who knows the address of some peer. Loaded only where such an address is configured: libp2p takes half a second. */
import type { Chain } from '../chain/types.ts';
import { registeredFrom } from '../chain/registered.ts';
import { findHeavies } from '../p2p/find-heavies.ts';
import { startPeer } from '../p2p/start-peer.ts';
import { createLogger } from '../store/log.ts';
import type { Signer } from '../wire/typed-data.ts';

export interface PeerSearch {
  readonly chain: Chain;
  /** The creator's: shows that the peer is a creator's. */
  readonly signer: Signer;
  /** The folder of `peer.key`. */
  readonly home: string;
  /** Multiaddrs. */
  readonly addresses: readonly string[];
}

/** URLs of heavy nodes, the nearest first. */
export async function findHeavyUrls({ chain, signer, home, addresses }: PeerSearch): Promise<string[]> {
  const log = createLogger({ name: 'creator-peer', write: () => undefined });
  const options = { role: 'light', network: chain.deployment, nodeId: 0, signer, home, registered: registeredFrom(chain), log, nowSeconds: () => chain.nowSeconds(), listen: { host: '127.0.0.1' } } as const;
  const peer = await startPeer(options);
  try {
    return (await findHeavies(peer, addresses)).map(({ url }) => url.replace(/\/$/, ''));
  } finally {
    await peer.stop();
  }
}
