/** Counts what a process does to the outside world, and ends it with SIGKILL at a chosen point, as a power cut would. */
import diagnostics from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

const HTTP_CHANNELS = ['http.client.request.start', 'http.client.response.finish', 'undici:request:create', 'undici:request:trailers'] as const;

/**
 * Operations: every statement before it goes to the database, every HTTP request when it starts and when its answer is complete.
 * 0: nothing is ended, only counted.
 */
export function killAt(operation: number): { readonly count: () => number } {
  let count = 0;
  const step = (): void => {
    if (++count === operation) process.kill(process.pid, 'SIGKILL');
  };
  for (const channel of HTTP_CHANNELS) diagnostics.subscribe(channel, step);
  const adapter = createRequire(import.meta.url).resolve('@prisma/adapter-libsql');
  const client = createRequire(adapter).resolve('@libsql/client');
  const Database = createRequire(client)('libsql') as { readonly prototype: Record<'prepare' | 'exec', (sql: string) => unknown> };
  for (const name of ['prepare', 'exec'] as const) {
    const original = Database.prototype[name];
    Database.prototype[name] = function (sql: string): unknown {
      step();
      return original.call(this, sql);
    };
  }
  return { count: () => count };
}
