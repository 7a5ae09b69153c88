import { join } from 'node:path';
import { createChain } from '../chain/client.ts';
import { DEV_CHAIN_ID } from '../chain/dev-accounts.ts';
import { createClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import { startDapp } from '../dapp/server/start.ts';
import { heavyUrls } from '../client/heavies.ts';
import { startIpfsGateway } from '../gateway/ipfs/start.ts';
import { openObjects } from '../gateway/objects/open.ts';
import { KeyFile } from '../gateway/s3/auth/key-file.ts';
import { startS3Gateway } from '../gateway/s3/start.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { readPolicy } from './read-policy.ts';
import type { Service, ServiceContext } from './service.ts';
import type { Session } from './session.ts';

/** What was started, to be stopped in the opposite order. */
type Stops = (() => Promise<void>)[];

/** Starts what is to be served, over one client of the wallet in the home folder. */
export async function startGateway(session: Session, config: GatewayConfig, { rpcUrls, deployment, account, confirmations }: ServiceContext): Promise<Service> {
  const log = createLogger({ name: 'gateway' });
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one().catch((error: unknown) => log.error('gateway.stop', { error }));
  };
  try {
    const chain = await createChain({ rpcUrls, deployment, account, confirmations });
    const client = await createClient({ chain, home: session.home, heavies: session.config.network.heavies, policy: { reads: readPolicy(session.config.reads, undefined) } });
    stops.push(() => client.close());
    const s3 = config.s3 === undefined ? undefined : await startS3(session, client, { ...config, s3: config.s3 }, stops, log);
    const ipfs = config.ipfs === undefined ? undefined : await startIpfs(client, config.ipfs, stops, log);
    const dapp = config.dapp === undefined ? undefined : await startPages(client, { ...config.dapp, ownRpcUrls: rpcUrls }, stops);
    return { url: s3?.url ?? ipfs?.url ?? dapp?.url ?? '', facts: { s3: s3?.url, ipfs: ipfs?.url, dapp: dapp?.url, accessKey: s3?.accessKey, keys: s3?.keys }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startS3(session: Session, client: Client, { s3, objects: settings }: GatewayConfig & { readonly s3: NonNullable<GatewayConfig['s3']> }, stops: Stops, log: Logger) {
  const keys = await openKeys(session);
  const isFirst = keys.list().length === 0;
  const { accessKey } = isFirst ? await keys.add({ note: 'made at the first start' }) : keys.list()[0]!;
  if (isFirst) session.output.note(`Access key ${accessKey} was made. Its secret is in ${keys.path}; holdfast gateway keys list --secrets shows it.`);
  const objects = await openObjects({ client, settings, log });
  stops.push(() => objects.close());
  const running = await startS3Gateway({ objects, settings: s3, keys, creator: client.creator, log });
  stops.push(() => running.stop());
  return { url: running.url, accessKey, keys: keys.path };
}

async function startIpfs(client: Client, { host, port, ...settings }: NonNullable<GatewayConfig['ipfs']>, stops: Stops, log: Logger) {
  const running = await startIpfsGateway({ client, listen: { host, port }, settings, log });
  stops.push(() => running.stop());
  return running;
}

/** The web pages: they sign with the visitor's own wallet, never with this machine's. */
async function startPages(client: Client, { host, port, rpcUrls, subgraphUrl, ownRpcUrls }: NonNullable<GatewayConfig['dapp']> & { readonly ownRpcUrls: readonly string[] }, stops: Stops) {
  const heavies = (client.namedHeavies ?? []).filter((url) => /^https?:/.test(url));
  const [first] = heavies.length > 0 ? heavies : await heavyUrls(client);
  const query = subgraphUrl ?? (first === undefined ? null : `${first.replace(/\/$/, '')}/subgraphs/name/holdfast`);
  const running = await startDapp({ host, port, settings: { deployment: client.chain.deployment, rpcUrls: [...(rpcUrls ?? ownRpcUrls)], heavies, subgraphUrl: query, isDevnet: client.chain.deployment.chainId === DEV_CHAIN_ID } });
  stops.push(() => running.stop());
  return running;
}

/** The access keys of this home folder's gateway. */
export function openKeys({ home }: Pick<Session, 'home'>): Promise<KeyFile> {
  return KeyFile.open(join(home, 'gateway'));
}
