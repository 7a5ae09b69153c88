import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A query endpoint that passes everything on to an honest one, and tells of 77 agreements. */
export async function startLiar(honestUrl: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'application/json' };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'OPTIONS') return void response.writeHead(204, headers).end();
      const answer = fetch(honestUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.concat(parts) }).then((honest) => honest.text());
      answer.then((text) => response.writeHead(200, headers).end(text.replace(/"agreements":\d+/, '"agreements":77')), () => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
