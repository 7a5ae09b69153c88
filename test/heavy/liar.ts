import http from 'node:http';
import { startServer } from '../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../offchain/wire/http-server.ts';
import { BundleDescription } from '../../offchain/wire/messages.ts';

/** Stands before an honest provider and changes what it answers once `lies` is set. */
export interface Liar extends RunningServer {
  target: string;
  /** `ids`: only about the names of batches, and like every other one. */
  lies: boolean | 'ids';
  /** Paths that were answered with a lie. */
  readonly told: string[];
}

export async function startLiar(): Promise<Liar> {
  const state = { target: '', lies: false as Liar['lies'], told: [] as string[] };
  const server = await startServer((request, response) => {
    // The heavy node may look before the provider behind this one is up.
    if (state.target === '') {
      response.destroy();
      return;
    }
    const options = { method: request.method ?? 'GET', headers: request.headers };
    const onward = http.request(`${state.target}${request.url}`, options, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('end', () => {
        const honest = Buffer.concat(parts);
        const isLie = state.lies === true || (state.lies === 'ids' && request.url?.includes('/bundles/') === true);
        const changed = isLie && request.method === 'GET' ? lieAbout(request.url ?? '', honest) : undefined;
        if (changed !== undefined) state.told.push(request.url ?? '');
        const body = changed ?? honest;
        response.writeHead(reply.statusCode ?? 500, { ...reply.headers, 'content-length': String(body.length) });
        response.end(body);
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return Object.assign(state, server);
}

/** Descriptions keep their roots, which the chain binds, and get other batch ids, which it does not. Fragments get one other bit. */
function lieAbout(path: string, honest: Buffer): Buffer | undefined {
  if (path.includes('/bundles/')) {
    const description = BundleDescription.parse(JSON.parse(honest.toString('utf8')));
    const batches = description.batches.map((batch) => ({ ...batch, batchId: `0x${'ab'.repeat(32)}` }));
    return Buffer.from(JSON.stringify({ ...description, batches }));
  }
  if (!path.includes('/fragments/')) return undefined;
  const changed = Buffer.from(honest);
  changed[7] = (changed[7] ?? 0) ^ 1;
  return changed;
}
