import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { HoldfastError, toErrorBody } from './errors.ts';
import { parserStatus, statusOf } from './http-status.ts';
import { jsonReplacer } from './json.ts';
import { CLOSE_GRACE_MS, CONNECTIONS_MAX, HEAD_TIMEOUT_MS, RETRY_AFTER_SECONDS, SILENCE_TIMEOUT_MS, STREAM_BUFFER_BYTES } from './limits.ts';

export { jsonBody } from './json-body.ts';

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Finishes what is being answered, within a short grace, then ends every connection. */
  close(): Promise<void>;
}

/** An Express application that answers bigints as decimal strings. Bodies are parsed per route with `jsonBody()`. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('json replacer', jsonReplacer);
  return app;
}

/** The last middleware: any error becomes an ErrorBody with a fitting status. `onError` may log what was not expected. */
export function errorMiddleware(onError?: (error: unknown, status: number) => void): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const status = statusOf(error);
    onError?.(error, status);
    if (response.headersSent) {
      // The status is out already: a broken connection is the only honest sign left.
      response.destroy();
      return;
    }
    if (status === 503) response.setHeader('retry-after', String(retryAfterSeconds(error)));
    // What is left of a refused upload would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    response.status(status).json(bodyOf(error, status));
  };
}

/** Answers unknown paths. Use it before `errorMiddleware`. */
export const notFoundMiddleware: RequestHandler = (request, _response, next) => {
  next(new HoldfastError('NOT_FOUND', `There is nothing at ${request.method} ${request.path}.`));
};

export interface ServerOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Limits of the parser. */
  readonly http?: http.ServerOptions | undefined;
  /** Timeouts and listeners, set before the first connection. */
  readonly configure?: ((server: http.Server) => void) | undefined;
}

/** Starts listening; port 0 takes any free one. */
export async function startServer(app: http.RequestListener, options: ServerOptions = {}): Promise<RunningServer> {
  const server = http.createServer({ highWaterMark: STREAM_BUFFER_BYTES, connectionsCheckingInterval: HEAD_TIMEOUT_MS / 4, ...options.http }, app);
  // Silence on a connection, either way: answers that nobody takes would stay in memory for ever. Heads come in one go.
  server.timeout = SILENCE_TIMEOUT_MS;
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.maxConnections = CONNECTIONS_MAX;
  options.configure?.(server);
  const host = options.host ?? '127.0.0.1';
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new HoldfastError('PORT_TAKEN', `Cannot listen on ${host}:${options.port ?? 0}.`, { cause, nextStep: 'Free the port or choose another one.' });
  }
  const { port } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shownHost}:${port}`, port, close: () => closeServer(server) };
}

async function closeServer(server: http.Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

function retryAfterSeconds(error: unknown): number {
  const given = error instanceof HoldfastError ? error.details['retryAfterSeconds'] : undefined;
  return typeof given === 'number' ? given : RETRY_AFTER_SECONDS;
}

function bodyOf(error: unknown, status: number): object {
  if (error instanceof HoldfastError || parserStatus(error) === undefined) return toErrorBody(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: status === 413 ? 'TOO_LARGE' : 'BAD_REQUEST', message, retryable: false, details: {} };
}
