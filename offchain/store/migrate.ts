import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../wire/errors.ts';

const MIGRATION_NAME = /^\d{4}_\w+\.sql$/;

/** The database was made by other migrations than those of this program. */
export class MigrationMismatchError extends HoldfastError {
  constructor(name: string, reason: string) {
    super('STORE_MIGRATION_MISMATCH', `The database does not fit this program: migration ${name} ${reason}.`, {
      details: { name },
      nextStep: 'Use the program version that wrote the database, or move the database away and start anew.',
    });
  }
}

/** What migrations need of a database. One of them at a time runs on one database: `alone` sees to it. */
export interface MigrationTarget {
  /** The first two columns of every row. */
  pairs(sql: string): Promise<(readonly [string, string])[]>;
  /** Several statements, all or none of them. */
  transaction(sql: string): Promise<void>;
  /** Words of the migration files, which are written for SQLite, in the database's own dialect. */
  translate(sql: string): string;
  /** Keeps other processes from migrating at the same time. */
  alone<T>(act: () => Promise<T>): Promise<T>;
}

/**
 * Applies every SQL file of `folder` that the database has not seen, in the order of their names, each in its own transaction.
 * @throws MigrationMismatchError when a file that was applied earlier has changed or is gone.
 */
export function migrate(database: MigrationTarget, folder: string): Promise<void> {
  return database.alone(async () => {
    await database.transaction('CREATE TABLE IF NOT EXISTS "_migrations" ("name" TEXT NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL);');
    const applied = new Map(await database.pairs('SELECT "name", "digest" FROM "_migrations"'));
    const names = (await readdir(folder)).filter((name) => MIGRATION_NAME.test(name)).sort();
    for (const name of applied.keys()) {
      if (!names.includes(name)) throw new MigrationMismatchError(name, 'is unknown here');
    }
    for (const name of names) {
      const sql = await readFile(join(folder, name), 'utf8');
      const digest = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before === digest) continue;
      if (before !== undefined) throw new MigrationMismatchError(name, 'has changed since it was applied');
      // Names match MIGRATION_NAME and digests are hex, so neither can end the literal.
      await database.transaction(`${database.translate(sql)}\nINSERT INTO "_migrations" VALUES ('${name}', '${digest}');`);
    }
  });
}
