/** Puts the IPFS gateway together: the only place that knows all of its parts. */
import { pause } from '../../client/aborting.ts';
import { type Client, marketDigest } from '../../client/client.ts';
import { openNodeStore } from '../../store/open-node-store.ts';
import type { Logger } from '../../store/log.ts';
import { startLoop } from '../../store/loop.ts';
import { startServer } from '../../wire/http-server.ts';
import { Blocks } from './blocks.ts';
import { denials } from './denied.ts';
import type { IpfsGateway } from './gateway.ts';
import { createHandler } from './http/handler.ts';
import type { IndexContext } from './index/context.ts';
import { dropUnfinished } from './index/rows.ts';
import { syncNames } from './index/sync-names.ts';
import { syncOwn } from './index/sync-own.ts';
import { IpfsSettings, type IpfsSettingsInput } from './settings.ts';

export interface IpfsGatewayOptions {
  /** The owner's. */
  readonly client: Client;
  /** 127.0.0.1, any free port. */
  readonly listen?: { readonly host?: string; readonly port?: number } | undefined;
  readonly settings?: IpfsSettingsInput | undefined;
  readonly log: Logger;
}

export interface RunningIpfsGateway {
  readonly url: string;
  /** Brings the index up to the owner's catalog and the names of the settings. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/** For a CID that is not known the catalog is looked at again, but not more often; who comes in between waits. */
const REFRESH_LEAST_MS = 500;

/**
 * Listens as soon as its index is open; what the index does not have yet is there when it has been read.
 * @throws HoldfastError PORT_TAKEN, and what opening the database throws
 * @example
 * const gateway = await startIpfsGateway({ client, log, settings: { deserialize: true } });
 * const file = await fetch(`${gateway.url}/ipfs/${contentId}`);
 */
export async function startIpfsGateway({ client, listen = {}, settings: given = {}, log }: IpfsGatewayOptions): Promise<RunningIpfsGateway> {
  const settings = IpfsSettings.parse(given);
  const deny = denials(settings);
  const store = await openNodeStore({ home: client.home, name: `ipfs-${marketDigest(client.chain)}` });
  const ended = new AbortController();
  const context: IndexContext = { client, store, settings, log };
  const named = new Map<string, string>();
  let running: Promise<void> | undefined;
  let lastMs = -Infinity;
  const refresh = (): Promise<void> => {
    running ??= (async () => {
      await syncOwn(context, ended.signal);
      await syncNames(context, named, ended.signal);
      lastMs = performance.now();
    })().finally(() => (running = undefined));
    return running;
  };
  const refreshForMiss = async (): Promise<void> => {
    const waitMs = lastMs + REFRESH_LEAST_MS - performance.now();
    if (waitMs > 0) await pause(waitMs, ended.signal);
    await refresh().catch((error: unknown) => log.warn('ipfs.refresh', { error }));
  };
  const gateway: IpfsGateway = { blocks: new Blocks(context, refreshForMiss), deny, settings, log };
  try {
    await dropUnfinished(store);
    const server = await startServer(createHandler(gateway), listen);
    const loop = startLoop({ name: 'ipfs index', intervalMs: 1_000 * settings.refreshSeconds, log, tick: refresh });
    log.info('ipfs.started', { url: server.url, deserialize: settings.deserialize });
    return {
      url: server.url,
      refresh,
      async stop() {
        await server.close();
        ended.abort(new Error('the gateway stops'));
        await loop.stop();
        await running?.catch(() => undefined);
        await store.$disconnect();
      },
    };
  } catch (error) {
    await store.$disconnect();
    throw error;
  }
}
