/** Whether a service can listen where its configuration says. */
import { createServer } from 'node:net';
import { z } from 'zod';
import { fail, ok } from './finding.ts';
import type { Check } from './finding.ts';

const ANSWER_MS = 3_000;
const Own = z.object({ id: z.number() });

/** `node`: whose service may be what is there; undefined while it is not registered. Port 0 takes any that is free. */
export function portCheck(options: { readonly host: string; readonly port: number; readonly node: () => Promise<number | undefined> }): Check {
  const { host, port } = options;
  return {
    name: 'port',
    async run() {
      const code = await tryListening(host, port);
      const where = `${host}:${port}`;
      if (code === undefined) return ok('port', port === 0 ? `Any free port of ${host} is taken at the start: name one, so that the address stays.` : `${where} is free.`, { facts: { host, port, isRunning: false } });
      if (code === 'EADDRINUSE') {
        const there = await whoIsThere(host, port);
        const own = await options.node().catch(() => undefined);
        if (there !== undefined && there === own) return ok('port', `${where} is in use by this node's own service, which runs.`, { facts: { host, port, isRunning: true } });
        return fail('port', `${where} is in use by ${there === undefined ? 'another program' : `node ${there}`}.`, `End it (ss -ltnp shows which), or take another port: listen.port in config.json.`, { facts: { host, port, isRunning: false } });
      }
      if (code === 'EACCES') return fail('port', `This user may not listen on ${where}.`, 'Take a port above 1023, and forward the other one to it.');
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return fail('port', `${host} is no address of this machine.`, 'Take 0.0.0.0, or an address that `ip addr` shows: listen.host in config.json.');
      return fail('port', `${where} cannot be listened on (${code}).`, 'Check listen in config.json.');
    },
  };
}

function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function whoIsThere(host: string, port: number): Promise<number | undefined> {
  const at = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  try {
    const reply = await fetch(`http://${at}:${port}/status`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const said: unknown = await reply.json();
    return (Own.safeParse(said).data ?? z.object({ node: z.number() }).transform(({ node }) => ({ id: node })).safeParse(said).data)?.id;
  } catch {
    return undefined;
  }
}
