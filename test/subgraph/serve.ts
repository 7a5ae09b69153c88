import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request } from './chain-at.ts';

export interface Served {
  readonly rpcUrl: string;
  close(): Promise<void>;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** The chain inside this process behind a socket, for whoever speaks JSON-RPC over HTTP. */
export async function serveChain(request: Request): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    void answer(request, incoming).then((body) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: Request, incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[];
  return Array.isArray(body) ? Promise.all(body.map((call) => one(request, call))) : one(request, body);
}

async function one(request: Request, { id, method, params = [] }: Call): Promise<unknown> {
  try {
    return { jsonrpc: '2.0', id, result: await request(method, params) };
  } catch (error) {
    const { code = -32_000, data, message } = error as { code?: number; data?: unknown; message: string };
    return { jsonrpc: '2.0', id, error: { code, message, data } };
  }
}
