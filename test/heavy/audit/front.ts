import http from 'node:http';
import { startServer } from '../../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../../offchain/wire/http-server.ts';

/** pass: as it is. flip: one bit of the bytes changed. refuse: 500. deny: "never stored here". hang: no answer for as long as the test lasts. */
export type Manner = 'pass' | 'flip' | 'refuse' | 'deny' | 'hang';

export interface Asked {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** Stands before an honest provider; how it treats each read of a fragment is up to `manner`. Everything else passes. */
export interface Front extends RunningServer {
  target: string;
  manner: (request: { readonly path: string; readonly count: number }) => Manner;
  /** Takes neither fragments nor bundles. */
  refusesWrites: boolean;
  /** Reads of fragments, in order. */
  readonly asked: Asked[];
}

export async function startFront(): Promise<Front> {
  const state: Pick<Front, 'target' | 'manner' | 'refusesWrites' | 'asked'> = { target: '', manner: () => 'pass', refusesWrites: false, asked: [] };
  const server = await startServer((request, response) => {
    const path = request.url ?? '';
    const isRead = request.method === 'GET' && path.includes('/fragments/');
    if (isRead) state.asked.push({ path, headers: request.headers });
    const isWrite = request.method === 'PUT' || (request.method === 'POST' && path.endsWith('/bundles'));
    if (isWrite && state.refusesWrites) return void response.writeHead(409, { 'content-type': 'application/json' }).end('{"code":"NOT_NOW","message":"not now"}');
    const manner = isRead ? state.manner({ path, count: Number(new URL(path, 'http://x').searchParams.get('count')) }) : 'pass';
    if (manner === 'hang') return;
    if (state.target === '' || manner === 'refuse') return void response.writeHead(500).end('{"code":"INTERNAL","message":"no"}');
    if (manner === 'deny') return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"NO_SUCH_FRAGMENT","message":"was never stored here"}');
    const onward = http.request(`${state.target}${path}`, { method: request.method ?? 'GET', headers: request.headers }, (reply) => {
      if (manner === 'pass') {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(response);
        return;
      }
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('end', () => {
        const body = Buffer.concat(parts);
        body[7] = (body[7] ?? 0) ^ 1;
        response.writeHead(reply.statusCode ?? 500, reply.headers).end(body);
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return Object.assign(state, server);
}
