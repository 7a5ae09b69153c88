/** Whether the world can reach a provider: a heavy node calls it back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAddressEqual } from 'viem';
import { currentEpoch } from '../chain/current-epoch.ts';
import { readNode } from '../chain/read-node.ts';
import { registeredFrom } from '../chain/registered.ts';
import type { Chain } from '../chain/types.ts';
import { createLogger } from '../store/log.ts';
import { requestJson } from '../wire/http-client.ts';
import { ProviderStatus } from '../wire/messages.ts';
import { isRelayUrl } from '../wire/relay-url.ts';
import { signerAddress } from '../wire/typed-data.ts';
import type { Signer } from '../wire/typed-data.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const CALL_MS = 15_000;

export interface ReachOptions {
  readonly chain: () => Promise<Chain>;
  /** With the node's key; undefined without a password. */
  readonly signer: () => Promise<Signer | undefined>;
  readonly node: () => Promise<number | undefined>;
  readonly parent: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly endpoint: string | undefined;
  readonly isPeerOn: boolean;
}

/**
 * A service that runs is looked at through what its parent found: the registry has a relay's address where nobody could call it, and the parent's own liveness. Where none runs, this
 * listens in its place for a moment, attaches to the parent as the service would, and is called back.
 */
export function reachCheck(options: ReachOptions): Check {
  return {
    name: 'reach',
    async run(signal) {
      const chain = await options.chain();
      const id = await options.node();
      if (id === undefined) return ok('reach', 'The node is not registered yet: the first start registers it, then this can be looked at.');
      const node = await readNode(chain, id);
      const running = await requestJson(`${node.endpoint.replace(/\/$/, '')}/status`, { schema: ProviderStatus, signal }).catch(() => undefined);
      if (running?.id === id) return runningNode(chain, node);
      return await calledBack(chain, { ...options, id, operator: node.operator, endpoint: options.endpoint ?? (isRelayUrl(node, [await parentUrl(chain, options.parent)]) ? undefined : node.endpoint) });
    },
  };
}

async function parentUrl(chain: Chain, parent: number): Promise<string> {
  return (await readNode(chain, parent)).endpoint;
}

async function runningNode(chain: Chain, node: { readonly id: number; readonly endpoint: string; readonly parent: number }): Promise<Finding> {
  const facts = { endpoint: node.endpoint };
  if (isRelayUrl(node, [await parentUrl(chain, node.parent)])) {
    return warn('reach', `The service runs, and heavy node ${node.parent} could not call it back: it is reached through the relay ${node.endpoint}.`, 'Open the port in firewall and router and name the address in provider.endpoint; reads are slower through a relay.', { facts });
  }
  const host = new URL(node.endpoint).hostname;
  if (/^(localhost|127\.|\[::1\])/.test(host) && !/^(localhost|127\.|\[::1\])/.test(new URL(await parentUrl(chain, node.parent)).hostname)) {
    return fail('reach', `${node.endpoint} is an address of this machine alone.`, 'Name the address that others use in provider.endpoint.', { facts });
  }
  return ok('reach', `${node.endpoint} answers as this node.`, { facts });
}

async function calledBack(chain: Chain, options: Omit<ReachOptions, 'node' | 'chain'> & { readonly id: number; readonly operator: string }): Promise<Finding> {
  const { id, parent, listen, endpoint, isPeerOn } = options;
  const signer = await options.signer();
  if (!isPeerOn) return warn('reach', 'The service does not run, and its peer is switched off (p2p.enabled): nobody can be asked to call it.', 'Start it, then look again.');
  if (signer === undefined) return warn('reach', 'The service does not run, and without the password nobody can be asked to call it.', 'Give the password (--password-file), or start it and look again.');
  if (!isAddressEqual(signerAddress(signer), options.operator as `0x${string}`)) return fail('reach', `Node ${id} is operated by ${options.operator}, not by this key.`, 'Use the home folder of its operator.');
  const status = { id, operator: signerAddress(signer), tier: 'standard', region: 0, epoch: Math.max(0, await currentEpoch(chain)), mode: 'normal', freeBytes: 0, storedBytes: 0, agreements: 0 };
  const server = createServer((request, response) => void response.setHeader('content-type', 'application/json').end(request.url === '/status' ? JSON.stringify(status) : '{}'));
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, resolve);
    });
    const { port } = server.address() as AddressInfo;
    const url = endpoint ?? `http://${listen.host}:${port}`;
    const answer = await askParent(chain, { signer, id, parent, url, folder });
    const facts = { url, parent };
    if (answer === undefined) return warn('reach', `Heavy node ${parent} did not call ${url} within ${CALL_MS / 1000} s: it is away, or has no peer.`, 'Look at `holdfast doctor`, or name another parent.', { facts });
    if (answer) return ok('reach', `Heavy node ${parent} called ${url} and reached this machine.`, { facts });
    return warn('reach', `Heavy node ${parent} called ${url} and reached nobody: the node would be read through its relay.`, 'Open the port in firewall and router, and name the address that others use in provider.endpoint.', { facts });
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Attaches to the parent with a key of the moment; whether it called back. */
async function askParent(chain: Chain, options: { readonly signer: Signer; readonly id: number; readonly parent: number; readonly url: string; readonly folder: string }): Promise<boolean | undefined> {
  const { startPeer } = await import('../p2p/start-peer.ts');
  const { createAttachment } = await import('../p2p/attach.ts');
  const { signer, id, parent, url, folder } = options;
  const registered = registeredFrom(chain);
  const peer = await startPeer({ role: 'light', network: chain.deployment, nodeId: id, signer, home: folder, registered, log: createLogger({ name: 'doctor', write: () => undefined }), nowSeconds: () => chain.nowSeconds(), listen: { host: '127.0.0.1' } });
  let timer: NodeJS.Timeout | undefined;
  let tell: (isReachable: boolean | undefined) => void = () => undefined;
  const told = new Promise<boolean | undefined>((resolve) => {
    tell = resolve;
    timer = setTimeout(() => resolve(undefined), CALL_MS);
  });
  const attachment = createAttachment({ peer, registered, home: parent, url, onLease: ({ isHome, reply }) => isHome && reply.isReachable !== undefined && tell(reply.isReachable) });
  try {
    attachment.start();
    return await told;
  } finally {
    clearTimeout(timer);
    await attachment.stop();
    await peer.stop();
  }
}
