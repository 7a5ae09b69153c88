import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import { ok } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const PROBE_FACT = 'doctor-probe';

/**
 * Opens the database of a node that has one, reads and writes it. One that is not there yet is not made. `then`: looks that need it.
 * What it throws (damaged, of another version, unreachable, read-only) says cause and fix itself.
 */
export function databaseCheck(options: { readonly home: string; readonly name: string; readonly then?: (store: Store) => Promise<readonly Finding[]> }): Check {
  const { home, name, then } = options;
  return {
    name: 'database',
    async run() {
      const isServer = /^postgres/.test(process.env['DATABASE_URL'] ?? '');
      const file = join(home, `${name}.db`);
      if (!isServer && (await stat(file).catch(() => undefined)) === undefined) return ok('database', 'There is no database yet: the first start makes it.');
      const store = await openNodeStore({ home, name });
      try {
        const value = String(Date.now());
        await store.fact.upsert({ where: { key: PROBE_FACT }, create: { key: PROBE_FACT, value }, update: { value } });
        await store.fact.delete({ where: { key: PROBE_FACT } });
        return [ok('database', isServer ? 'The database on the server can be read and written.' : `${file} can be read and written.`), ...((await then?.(store)) ?? [])];
      } finally {
        await store.$disconnect();
      }
    },
  };
}
