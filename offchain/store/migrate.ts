import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrismaLibSql } from '@prisma/adapter-libsql';
import { HoldfastError } from '../wire/errors.ts';

type SqlDriverAdapter = Awaited<ReturnType<PrismaLibSql['connect']>>;

const MIGRATION_NAME = /^\d{4}_\w+\.sql$/;

/** The database was made by other migrations than those of this program. */
export class MigrationMismatchError extends HoldfastError {
  constructor(name: string, reason: string) {
    super('STORE_MIGRATION_MISMATCH', `The database does not fit this program: migration ${name} ${reason}.`, {
      details: { name },
      nextStep: 'Use the program version that wrote the database, or move the database file away and start anew.',
    });
  }
}

/**
 * Applies every SQL file of `folder` that the database has not seen, in the order of their names, each in its own transaction.
 * @throws MigrationMismatchError when a file that was applied earlier has changed or is gone.
 */
export async function migrate(database: SqlDriverAdapter, folder: string): Promise<void> {
  await database.executeScript('CREATE TABLE IF NOT EXISTS "_migrations" ("name" TEXT NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL);');
  const applied = await readApplied(database);
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
    await database.executeScript(`BEGIN IMMEDIATE;\n${sql}\nINSERT INTO "_migrations" VALUES ('${name}', '${digest}');\nCOMMIT;`);
  }
}

async function readApplied(database: SqlDriverAdapter): Promise<Map<string, string>> {
  const { rows } = await database.queryRaw({ sql: 'SELECT "name", "digest" FROM "_migrations"', args: [], argTypes: [] });
  return new Map(rows.map((row) => [String(row[0]), String(row[1])]));
}
