import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../store/log.ts';
import { startServer } from '../../wire/http-server.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { KeyFile } from './auth/key-file.ts';
import { errorXml } from './error-xml.ts';
import { S3Error } from './errors.ts';
import { handle } from './http/handle.ts';
import type { Handler } from './http/handle.ts';
import { S3Metrics } from './http/metrics.ts';
import { S3Settings } from './http/settings.ts';
import type { S3SettingsInput } from './http/settings.ts';

const MAX_HEAD_BYTES = 32 * 1024;
const KEEP_ALIVE_MS = 65_000;

export interface S3Options {
  readonly objects: ObjectStore;
  readonly settings: S3SettingsInput;
  readonly keys: KeyFile;
  /** The creator's address. */
  readonly creator: string;
  readonly log: Logger;
  readonly nowMs?: () => number;
}

export interface RunningS3 {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly metrics: S3Metrics;
  /** Takes nothing new, and gives what is being answered a short grace. The store stays open. */
  stop(): Promise<void>;
}

/** Serves the store's objects by S3's protocol. Throws PORT_TAKEN. */
export async function startS3Gateway(options: S3Options): Promise<RunningS3> {
  const { objects, keys, creator, log, nowMs = Date.now } = options;
  const settings = S3Settings.parse(options.settings);
  const { limits, region } = settings;
  const metrics = new S3Metrics();
  const handler: Handler = { objects, region, settings, log, nowMs, metrics, owner: { id: creator.toLowerCase().replace(/^0x/, '').padStart(64, '0'), name: creator }, findKey: (key) => keys.find(key), refreshKeys: () => keys.refresh() };
  const configure = (server: Server): void => {
    server.maxConnections = limits.connections;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.headersTimeout = limits.headerMs;
    // A large body may take hours: bodies are watched by their speed.
    server.requestTimeout = 0;
    server.on('checkContinue', (request, response) => void handle(handler, request, response, () => void response.writeContinue()));
    server.on('clientError', refuse);
  };
  const http = { maxHeaderSize: MAX_HEAD_BYTES, connectionsCheckingInterval: Math.min(limits.headerMs, 5_000), keepAlive: true, noDelay: true };
  const server = await startServer((request, response) => void handle(handler, request, response), { host: settings.host, port: settings.port, http, configure });
  log.info('s3.started', { url: server.url, region, durability: objects.durability });
  return { url: server.url, port: server.port, metrics, stop: () => server.close() };
}

/** What is no HTTP, or too much of it, gets S3's words all the same. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE' || !socket.writable) return void socket.destroy();
  const isLong = error.code === 'HPE_HEADER_OVERFLOW';
  const known = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? new S3Error('RequestTimeout') : isLong ? new S3Error('RequestHeaderSectionTooLarge') : new S3Error('InvalidRequest', 'This is no HTTP request.');
  const xml = errorXml(known, { requestId: '', resource: '' });
  socket.end(`HTTP/1.1 ${known.status} Bad Request\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(xml)}\r\nConnection: close\r\n\r\n${xml}`);
}
