import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from './open.ts';
import type { Store } from './open.ts';

export interface NodeStoreOptions {
  /** The node's folder. */
  readonly home: string;
  /** Of the database inside it, without an ending: `state`. */
  readonly name: string;
  /** postgresql: URL; DATABASE_URL of the environment when left out. Without either: the SQLite file `<home>/<name>.db`. */
  readonly databaseUrl?: string | undefined;
}

/**
 * The database of one node. On a server that many nodes share, each has a schema of its own; its name lies in the node's folder, so that
 * the folder may be moved.
 * @throws what `openStore` throws
 */
export async function openNodeStore(options: NodeStoreOptions): Promise<Store> {
  const { home, name, databaseUrl = process.env['DATABASE_URL'] } = options;
  if (databaseUrl === undefined || databaseUrl === '') return openStore({ url: `file:${join(home, `${name}.db`)}` });
  if (databaseUrl.startsWith('file:')) return openStore({ url: databaseUrl });
  const url = new URL(databaseUrl);
  if (!url.searchParams.has('schema')) url.searchParams.set('schema', await schemaOf(home, name));
  return openStore({ url: url.href });
}

async function schemaOf(home: string, name: string): Promise<string> {
  const path = join(home, `${name}.schema`);
  await mkdir(home, { recursive: true });
  try {
    await writeFile(path, `holdfast_${randomBytes(8).toString('hex')}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
