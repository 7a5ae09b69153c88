import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { HoldfastError } from '../wire/errors.ts';
import { PrismaClient } from './generated/client.ts';
import { migrate } from './migrate.ts';

/** How long a statement waits for another process that writes to the same database. */
const BUSY_TIMEOUT_MS = 5_000;
const MIGRATIONS = join(import.meta.dirname, 'migrations');

export type Store = PrismaClient;

/** The file is no database, or no longer a whole one. */
export class StoreDamagedError extends HoldfastError {
  constructor(path: string, cause: unknown) {
    super('STORE_DAMAGED', `The database ${path} is damaged.`, {
      cause,
      details: { path },
      nextStep: 'Stop the node and restore the file from a backup, or recover it with "sqlite3 <file> .recover". Fragments beside it are whole; do not delete them.',
    });
  }
}

/**
 * Opens (and creates, where it is missing) the SQLite database at `url` and brings its tables up to date.
 * Commits are durable when they return: WAL mode with SQLite's default of synchronous = FULL.
 * Close it with `store.$disconnect()`.
 *
 * @param options.url `file:` URL, absolute or relative to the working directory
 * @throws MigrationMismatchError when the file belongs to another version of the program; StoreDamagedError
 */
export async function openStore(options: { readonly url: string }): Promise<Store> {
  const url = options.url.startsWith('file:///') ? options.url : pathToFileURL(options.url.slice('file:'.length)).href;
  await mkdir(dirname(fileURLToPath(url)), { recursive: true });
  const factory = new PrismaLibSql({ url, timeout: BUSY_TIMEOUT_MS });
  const database = await factory.connect();
  try {
    await database.executeScript('PRAGMA journal_mode = WAL;');
    await migrate(database, MIGRATIONS);
  } catch (error) {
    throw isDamage(error) ? new StoreDamagedError(fileURLToPath(url), error) : error;
  } finally {
    await database.dispose();
  }
  return new PrismaClient({ adapter: factory });
}

function isDamage(error: unknown): boolean {
  return /malformed|not a database|SQLITE_(CORRUPT|NOTADB)/.test(describeAll(error));
}

/** The driver wraps SQLite's own words. */
function describeAll(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${JSON.stringify(error)} ${error.cause === undefined ? '' : describeAll(error.cause)}`;
}
