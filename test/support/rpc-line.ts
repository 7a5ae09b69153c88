import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How the line behaves. cut: every connection is dropped. stall: no answer ever comes. half: half an answer, then silence. garbage, empty: an answer that is no JSON-RPC.
 * A number: that HTTP status. lag: the head that it tells is older by so many blocks. chain: it says that it serves that chain.
 */
export type LineMode = 'pass' | 'cut' | 'stall' | 'half' | 'garbage' | 'empty' | number | { readonly lag: bigint } | { readonly chain: number };

export interface RpcLine {
  readonly url: string;
  mode: LineMode;
  /** Methods whose connections are dropped although the line passes the others. */
  readonly refused: Set<string>;
  /** Methods that are answered as if they were done, and are not: transactions, whose hash is known. */
  readonly swallowed: Set<string>;
  /** What it passed on, or swallowed, in order. */
  readonly passed: string[];
  stop(): Promise<void>;
}

/** A real HTTP server before a real RPC node, whose behaviour can be changed at any moment. */
export async function startRpcLine(target: string): Promise<RpcLine> {
  const server = http.createServer((request, response) => void answer(request, response).catch(() => request.socket.destroy()));
  const line = { mode: 'pass' as LineMode, refused: new Set<string>(), swallowed: new Set<string>(), passed: [] as string[] };

  const ask = async (body: string): Promise<{ status: number; text: string }> => {
    const reply = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return { status: reply.status, text: await reply.text() };
  };
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const { method = '', id } = JSON.parse(body) as { method?: string; id?: number };
    const { mode } = line;
    if (mode === 'cut' || line.refused.has(method)) return void request.socket.destroy();
    if (mode === 'stall') return;
    if (typeof mode === 'number') return void response.writeHead(mode, { 'content-type': 'text/html' }).end('<h1>out of order</h1>');
    if (mode === 'garbage') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","result":{{{');
    if (mode === 'empty') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    line.passed.push(method);
    if (line.swallowed.has(method)) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: `0x${'00'.repeat(32)}` }));
    const { status, text } = await ask(body);
    if (mode === 'half') {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': String(text.length) });
      return void response.write(text.slice(0, text.length / 2));
    }
    const said = typeof mode === 'object' ? falsified(mode, { method, id, text }) : text;
    response.writeHead(status, { 'content-type': 'application/json' }).end(said);
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(line, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

function falsified(mode: { lag: bigint } | { chain: number }, { method, id, text }: { method: string; id: number | undefined; text: string }): string {
  const result = (value: string): string => JSON.stringify({ jsonrpc: '2.0', id, result: value });
  if ('chain' in mode) return method === 'eth_chainId' ? result(`0x${mode.chain.toString(16)}`) : text;
  return method === 'eth_blockNumber' ? result(`0x${(BigInt((JSON.parse(text) as { result: string }).result) - mode.lag).toString(16)}`) : text;
}
