/** The embedded database: one file, one node. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { HoldfastError } from '../wire/errors.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import { type MigrationTarget, migrate } from './migrate.ts';
import { SteadyLibSql } from './steady-libsql.ts';

type SqlDriverAdapter = Awaited<ReturnType<SteadyLibSql['connect']>>;

/** How long a statement waits for another process that writes to the same database. */
const BUSY_TIMEOUT_MS = 5_000;

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

/** Commits are durable when they return: WAL mode with SQLite's default of synchronous = FULL. */
export async function openSqlite(url: string, migrations: string): Promise<PrismaClient> {
  const whole = url.startsWith('file:///') ? url : pathToFileURL(url.slice('file:'.length)).href;
  await mkdir(dirname(fileURLToPath(whole)), { recursive: true });
  const factory = new SteadyLibSql({ url: whole, timeout: BUSY_TIMEOUT_MS });
  const database = await factory.connect();
  try {
    await database.executeScript('PRAGMA journal_mode = WAL;');
    await migrate(sqliteTarget(database), migrations);
  } catch (error) {
    throw isDamage(error) ? new StoreDamagedError(fileURLToPath(whole), error) : error;
  } finally {
    await database.dispose();
  }
  return new PrismaClient({ adapter: factory });
}

export function sqliteTarget(database: SqlDriverAdapter): MigrationTarget {
  return {
    async pairs(sql) {
      const { rows } = await database.queryRaw({ sql, args: [], argTypes: [] });
      return rows.map((row) => [String(row[0]), String(row[1])]);
    },
    transaction: (sql) => database.executeScript(`BEGIN IMMEDIATE;\n${sql}\nCOMMIT;`),
    translate: (sql) => sql,
    // Two that migrate at once: the slower one fails on a table that exists, and finds all done at its next start.
    alone: (act) => act(),
  };
}

function isDamage(error: unknown): boolean {
  return /malformed|not a database|SQLITE_(CORRUPT|NOTADB)/.test(describeAll(error));
}

/** The driver wraps SQLite's own words, and now and then names an error as its own cause. */
function describeAll(error: unknown, depth = 8): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${inspect(error, { depth: 4 })} ${error.cause === undefined || depth === 0 ? '' : describeAll(error.cause, depth - 1)}`;
}
