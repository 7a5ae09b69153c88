import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HoldfastError } from '../../wire/errors.ts';
import { createDappApp } from './app.ts';
import type { DappSettings } from './settings.ts';

export interface DappServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface DappServerOptions {
  readonly settings: DappSettings;
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** The folder with the built pages. */
  readonly site?: string;
}

/** Longer than any browser needs for its headers. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const CONNECTIONS_MAX = 256;

/** Serves the pages. Throws PAGES_NOT_BUILT, PORT_TAKEN. */
export async function startDapp(options: DappServerOptions): Promise<DappServer> {
  const { settings, host = '127.0.0.1', port, site } = options;
  const app = createDappApp({ settings, ...(site === undefined ? {} : { site }) });
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, app);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? new HoldfastError('PORT_TAKEN', `Port ${port} of ${host} is taken, so the web pages cannot be served there.`, { cause, nextStep: 'Choose another port.' }) : cause);
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
