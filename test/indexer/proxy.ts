import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A socket before the chain's node: what `instead` gives is the answer, everything else is passed on. */
export async function startProxy(target: string, instead: (method: string, params: readonly Record<string, unknown>[]) => unknown): Promise<{ readonly url: string; stop(): void }> {
  const server = http.createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts).toString();
      const { method, params = [], id } = JSON.parse(body) as { method: string; params?: Record<string, unknown>[]; id: number };
      const own = await instead(method, params);
      const text = own === undefined ? await (await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text() : JSON.stringify({ jsonrpc: '2.0', id, ...(own as object) });
      response.setHeader('content-type', 'application/json').end(text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
