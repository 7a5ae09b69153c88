import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What to do with one JSON-RPC request: pass it on, answer 503, drop the connection, or pass it on and drop the answer. */
export type Fault = 'pass' | '503' | 'drop' | 'swallow';

export interface FaultyProxy {
  readonly url: string;
  /** The methods that arrived, in order. */
  readonly seen: string[];
  stop(): Promise<void>;
}

/** A real HTTP server before a real RPC node, that fails as told: `decide` sees the method and how often it came before. */
export async function startFaultyProxy(target: string, decide: (method: string, before: number) => Fault): Promise<FaultyProxy> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts).toString();
      const { method } = JSON.parse(body) as { method: string };
      const before = seen.filter((one) => one === method).length;
      seen.push(method);
      const fault = decide(method, before);
      if (fault === '503') return response.writeHead(503).end('busy');
      if (fault === 'drop') return request.socket.destroy();
      const reply = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const text = await reply.text();
      if (fault === 'swallow') return request.socket.destroy();
      return response.writeHead(reply.status, { 'content-type': 'application/json' }).end(text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
