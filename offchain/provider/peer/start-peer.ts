/** A provider's place in the graph: a parent, a relay where nobody can reach it, and its asks told to everybody. Loaded only when it is switched on. */
import { createAttachment } from '../../p2p/attach.ts';
import { signAsk } from '../../p2p/asks.ts';
import { ASK_SECONDS_MAX } from '../../p2p/limits.ts';
import { signNotice } from '../../p2p/notices.ts';
import { startPeer } from '../../p2p/start-peer.ts';
import type { Peer } from '../../p2p/start-peer.ts';
import { startLoop } from '../../store/loop.ts';
import { relayUrl } from '../../wire/relay-url.ts';
import { peerDomain } from '../../wire/typed-data.ts';
import type { Notice } from '../../wire/typed-data.ts';
import type { Provider } from '../context.ts';
import { isLeaving } from '../leaving.ts';
import { measureSpace } from '../space.ts';
import { createOwnEntry } from './own-entry.ts';
import { registeredFrom } from '../../chain/registered.ts';

export interface ProviderPeer {
  readonly peer: Peer;
  readonly parent: number | undefined;
  stop(): Promise<void>;
}

/** `port`: of the HTTP service on this machine; `url`: where the world is told to find it. */
export async function startProviderPeer(provider: Provider, options: { readonly port: number; readonly url: string }): Promise<ProviderPeer> {
  const { id, chain, account, config, log } = provider;
  const { p2p, parent: home } = config;
  const registered = registeredFrom(chain);
  const domain = peerDomain(chain.deployment);
  const peer = await startPeer({
    role: 'light', network: chain.deployment, nodeId: id, signer: account, home: config.home, registered, log,
    nowSeconds: () => provider.clock.nowSeconds(),
    listen: p2p.listen ?? { host: '127.0.0.1' },
    announce: p2p.announce,
  });
  const { host } = config.listen;
  // The service may listen on all addresses; the tunnel ends on this machine.
  peer.tunnels.serve({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port: options.port });
  const entry = createOwnEntry(chain, { id, log });
  /** What the own parent found when it called last. */
  let homeSays: boolean | undefined;
  /** From the registry, not from what the parent says. */
  const relayOf = async (parent: number): Promise<string | undefined> => {
    const node = await registered.node(parent).catch(() => undefined);
    return node === undefined ? undefined : relayUrl(node.endpoint, id);
  };
  const attachment = createAttachment({
    peer, registered, home, url: options.url,
    timing: { tickMs: p2p.tickMs, homeCheckMs: Math.max(p2p.tickMs, (p2p.returnSeconds * 1000) / 4), returnAfterMs: p2p.returnSeconds * 1000 },
    onLease({ parent, isHome, reply: { isReachable, relayUrl } }) {
      // An address that the owner gave is the owner's to change; and a stranger that took the parent's place does not talk a reachable node into its relay.
      if (isHome) homeSays = isReachable ?? homeSays;
      const isBelieved = config.endpoint === undefined && (isHome || homeSays !== true);
      if (isBelieved && isReachable === true) entry.want({ endpoint: options.url });
      if (isBelieved && isReachable === false && relayUrl !== undefined) void relayOf(parent).then((endpoint) => entry.want({ endpoint }));
      const awayMs = performance.now() - (attachment.awaySinceMs ?? performance.now());
      if (isHome) entry.want({ parent: home });
      else if (awayMs > p2p.rehomeSeconds * 1000) entry.want({ parent });
    },
  });

  let toldAtMs = -Infinity;
  let toldParent: number | undefined;
  let toldState = '';
  const tell = async (): Promise<void> => {
    const state = await stateOf(provider);
    const isDue = performance.now() - toldAtMs > p2p.askSeconds * 1000 || toldParent !== attachment.parent || toldState !== state.state;
    if (attachment.parent === undefined || !isDue) return;
    const nowSeconds = Math.floor(await provider.clock.nowSeconds());
    const expiry = nowSeconds + Math.min(ASK_SECONDS_MAX, 3 * p2p.askSeconds);
    const space = await measureSpace({ store: provider.store, files: provider.files, capacityBytes: config.capacityBytes, nowSeconds });
    const free = state.state === 'normal' ? BigInt(space.freeBytes) : 0n;
    const price = 'perGibEpoch' in config.price ? ({ unit: 'gib', price: config.price.perGibEpoch } as const) : ({ unit: 'batch', price: config.price.perBatchEpoch } as const);
    const url = attachment.reply?.isReachable === false ? (attachment.reply.relayUrl ?? options.url) : (config.endpoint ?? options.url);
    const ask = { provider: id, sequence: Date.now(), tier: config.tier, region: config.region, ...price, freeBytes: free < 0n ? 0n : free, capacityBytes: config.capacityBytes, url, expiry };
    await attachment.publishAsk(await signAsk(account, domain, ask));
    if (toldState !== state.state) await attachment.publishNotice(await signNotice(account, domain, { node: id, sequence: Date.now(), ...state, expiry }));
    [toldAtMs, toldParent, toldState] = [performance.now(), attachment.parent, state.state];
  };
  attachment.start();
  const loop = startLoop({ name: 'asks', intervalMs: p2p.tickMs, log, tick: tell });

  return {
    peer,
    get parent() {
      return attachment.parent;
    },
    async stop() {
      await loop.stop();
      await attachment.stop();
      await entry.stop();
      await peer.stop();
    },
  };
}

async function stateOf({ store, disk }: Provider): Promise<Pick<Notice, 'state' | 'cause'>> {
  if (disk.cause !== undefined) return { state: 'read-only', cause: disk.cause.slice(0, 256) };
  if (await isLeaving(store)) return { state: 'leaving', cause: 'It hands its slots over.' };
  return { state: 'normal', cause: '' };
}
