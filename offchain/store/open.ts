import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client.ts';
import { migrate } from './migrate.ts';

/** How long a statement waits for another process that writes to the same database. */
const BUSY_TIMEOUT_MS = 5_000;
const MIGRATIONS = join(import.meta.dirname, 'migrations');

export type Store = PrismaClient;

/**
 * Opens (and creates, where it is missing) the SQLite database at `url` and brings its tables up to date.
 * Commits are durable when they return: WAL mode with SQLite's default of synchronous = FULL.
 * Close it with `store.$disconnect()`.
 *
 * @param options.url `file:` URL, absolute or relative to the working directory
 * @throws MigrationMismatchError when the file belongs to another version of the program.
 */
export async function openStore(options: { readonly url: string }): Promise<Store> {
  const url = options.url.startsWith('file:///') ? options.url : pathToFileURL(options.url.slice('file:'.length)).href;
  await mkdir(dirname(fileURLToPath(url)), { recursive: true });
  const factory = new PrismaLibSql({ url, timeout: BUSY_TIMEOUT_MS });
  const database = await factory.connect();
  try {
    await database.executeScript('PRAGMA journal_mode = WAL;');
    await migrate(database, MIGRATIONS);
  } finally {
    await database.dispose();
  }
  return new PrismaClient({ adapter: factory });
}
