/** Names from the copies of the catalog in a home folder: no password, no chain, no network. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isProgramName } from '../program-names.ts';
import { decodeCatalog } from '../../codec/catalog.ts';

const DATABASE = /^creator-[0-9a-f]{12}\.db$/;
/** More are of no use to somebody who presses a key. */
const NAMES_MAX = 10_000;

/** Not deleted ones, in order; nothing where there is no catalog, or it lies in PostgreSQL. */
export async function storedNames(home: string): Promise<string[]> {
  const files = (await readdir(home).catch(() => [])).filter((name) => DATABASE.test(name));
  const names = new Set<string>();
  for (const file of files) for (const name of await namesIn(join(home, file)).catch(() => [])) names.add(name);
  return [...names].sort().slice(0, NAMES_MAX);
}

async function namesIn(path: string): Promise<string[]> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare('SELECT "bytes" FROM "KnownCatalog"').all() as { bytes: Uint8Array }[];
    return rows.flatMap(({ bytes }) => [...decodeCatalog(bytes).names].flatMap(([name, versions]) => (versions.at(-1)?.kind === 'stored' && !isProgramName(name) ? [name] : [])));
  } finally {
    database.close();
  }
}
