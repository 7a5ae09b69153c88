import { join } from 'node:path';
import { HoldfastError } from '../wire/errors.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';
import { openSqlite } from './sqlite.ts';

export { StoreDamagedError } from './sqlite.ts';

const MIGRATIONS = join(import.meta.dirname, 'migrations');

export type Store = PrismaClient;

/**
 * Opens (and creates, where it is missing) the database at `url` and brings its tables up to date. Commits are durable when they return.
 * Close it with `store.$disconnect()`.
 *
 * @param options.url `file:` URL of an SQLite file, absolute or relative to the working directory; or `postgresql:` URL with `?schema=`
 * @throws MigrationMismatchError when it belongs to another version of the program; StoreDamagedError; StoreUnavailableError
 */
export async function openStore(options: { readonly url: string }): Promise<Store> {
  const { url } = options;
  if (url.startsWith('file:')) return openSqlite(url, MIGRATIONS);
  if (/^postgres(ql)?:\/\//.test(url)) return (await import('./postgresql.ts')).openPostgresql(url, MIGRATIONS);
  throw new HoldfastError('BAD_DATABASE_URL', `No database is known by an address like ${JSON.stringify(url.replace(/:.*/s, ':…'))}.`, {
    nextStep: 'Give file:<path> or postgresql://<user>:<password>@<host>/<database>.',
  });
}
