/** Who holds what: ContentIDs and names are keys of the DHT, holders are peers that say so. A holder is a hint; what it sends is checked by its hash or signature. */
import type { PeerId } from '@libp2p/interface';
import { EventTypes } from '@libp2p/kad-dht';
import type { Multiaddr } from '@multiformats/multiaddr';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { sha256 } from 'multiformats/hashes/sha2';
import type { Bindings } from './bindings.ts';
import { PeerUnreachableError } from './errors.ts';
import type { Node } from './libp2p-node.ts';
import { HOLDERS_MAX, LOOKUP_MS } from './limits.ts';

export interface Holder {
  readonly peer: string;
  readonly addresses: readonly string[];
  /** The node that the peer speaks for; absent where it could not be asked in time, or is nobody's. */
  readonly node?: number;
}

export interface Routing {
  /**
   * Tells the network that this node keeps `key`; holds for two days and is renewed by itself until `withdraw`.
   * @throws PeerUnreachableError when nobody is known yet who could be told: a moment after the first connection there is
   */
  provide(key: CID): Promise<void>;
  withdraw(key: CID): Promise<void>;
  /** At most `limit` holders, the first to be found first. Never throws for a network that does not answer: the list is shorter. */
  find(key: CID, options?: { readonly limit?: number; readonly timeoutMs?: number }): Promise<Holder[]>;
}

/** The key under which the keepers of a name's record are found. Names differ from contents by their prefix under the hash. */
export async function nameKey(name: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(`holdfast-name:${name}`)));
}

/** @throws SyntaxError-like errors of multiformats for what is no ContentID */
export function contentKey(contentId: string): CID {
  return CID.parse(contentId);
}

export function createRouting(node: () => Node, { bindings }: { readonly bindings: Bindings }): Routing {
  const identify = async (id: PeerId, addresses: readonly Multiaddr[]): Promise<Holder> => {
    const peer = id.toString();
    const shown = addresses.map(String);
    if (node().peerId.equals(id)) return { peer, addresses: shown, node: (await bindings.own()).node };
    try {
      const connection = await node().dial(id, { signal: AbortSignal.timeout(LOOKUP_MS) });
      return { peer, addresses: shown, node: (await bindings.ensure(connection)).node };
    } catch {
      return { peer, addresses: shown };
    }
  };
  return {
    async provide(key) {
      let answers = 0;
      for await (const { type } of node().services.dht.provide(key, { signal: AbortSignal.timeout(LOOKUP_MS) })) if (type === EventTypes.PEER_RESPONSE) answers += 1;
      if (answers === 0) throw new PeerUnreachableError('Any node of the routing table');
    },
    withdraw: (key) => node().services.dht.cancelReprovide(key),
    async find(key, { limit = HOLDERS_MAX, timeoutMs = LOOKUP_MS } = {}) {
      const found = new Map<string, Promise<Holder>>();
      try {
        for await (const event of node().services.dht.findProviders(key, { signal: AbortSignal.timeout(timeoutMs) })) {
          if (event.type !== EventTypes.PROVIDER && event.type !== EventTypes.PEER_RESPONSE) continue;
          for (const { id, multiaddrs } of event.providers) {
            if (!found.has(id.toString()) && found.size < limit) found.set(id.toString(), identify(id, multiaddrs));
          }
          if (found.size >= limit) break;
        }
      } catch {
        // Out of time: what was found until then is what there is.
      }
      return Promise.all(found.values());
    },
  };
}
