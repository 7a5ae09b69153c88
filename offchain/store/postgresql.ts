/** A database server: one schema for each node, so that many share one database. */
import type { PrismaPg } from '@prisma/adapter-pg';
import type { Client as PgClient } from 'pg';
import { HoldfastError } from '../wire/errors.ts';
import { noteServer } from './dialect.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';
import { type MigrationTarget, migrate } from './migrate.ts';

/** Connections that one node holds at most. */
const CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** A server that is being restarted is waited for at a node's start. */
const TRIES = 5;
const PAUSE_MS = 1_000;
/** Prisma's name for it. */
const UNIQUE_VIOLATION = 'P2002';
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** The server does not answer, or refuses us. */
export class StoreUnavailableError extends HoldfastError {
  constructor(where: string, cause: unknown) {
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : String((cause as { code?: unknown }).code ?? cause);
    super('STORE_UNAVAILABLE', `The database at ${where} cannot be used: ${reason}.`, {
      cause,
      retryable: true,
      details: { where },
      nextStep: 'Start the database server, check DATABASE_URL and the rights of its user, and try again.',
    });
  }
}

/**
 * `url`: postgresql://user:password@host:port/database?schema=name; the schema is made where it is missing.
 * @throws StoreUnavailableError, MigrationMismatchError
 */
export async function openPostgresql(url: string, migrations: string): Promise<PrismaClient> {
  const { connectionString, schema, where } = parts(url);
  // Loaded here: a node with the embedded database needs none of this.
  const [{ PrismaPg: Adapter }, { PrismaClient: Client }, { default: pg }] = await Promise.all([
    import('@prisma/adapter-pg'), import('./generated/postgresql/client.ts'), import('pg'),
  ]);
  await prepare(() => new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS }), { schema, where, migrations });
  const adapter: PrismaPg = new Adapter(
    { connectionString, max: CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, options: `-c search_path="${schema}"` },
    // A server that goes away must not end the node: the statement under way fails, the next one connects anew.
    { schema, onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  // Both clients are made from one schema file; only what they send differs.
  const store = withSteadyUpserts(new Client({ adapter }) as unknown as PrismaClient);
  noteServer(store);
  return store;
}

/** Two upserts of one row at once: the slower one finds it made meanwhile, and updates it. SQLite has one writer and never meets this. */
function withSteadyUpserts(client: PrismaClient): PrismaClient {
  const steady = client.$extends({
    query: {
      $allModels: {
        upsert: ({ args, query }) => query(args).catch((error: unknown) => {
          if ((error as { readonly code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
          return query(args);
        }),
      },
    },
  });
  return steady as unknown as PrismaClient;
}

async function prepare(newClient: () => PgClient, { schema, where, migrations }: { readonly schema: string; readonly where: string; readonly migrations: string }): Promise<void> {
  const client = await connect(newClient, where);
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`).catch(passOverRace);
    await client.query(`SET search_path TO "${schema}"`);
    await migrate(postgresqlTarget(client, schema), migrations);
  } finally {
    await client.end();
  }
}

async function connect(newClient: () => PgClient, where: string): Promise<PgClient> {
  for (let attempt = 1; ; attempt++) {
    const client = newClient();
    // A connection that breaks while it idles says so by an event, which would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (attempt === TRIES || !isPassing(error)) throw new StoreUnavailableError(where, error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** The server is starting, stopping, out of connections, or not there yet. */
function isPassing(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^(ECONNREFUSED|ECONNRESET|57P0\d|53300)$/.test(code);
}

export function postgresqlTarget(client: PgClient, schema: string): MigrationTarget {
  return {
    async pairs(sql) {
      const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
      return rows.map((row) => [String(row[0]), String(row[1])]);
    },
    // Several statements in one message are one transaction.
    transaction: async (sql) => void (await client.query(`BEGIN;\n${sql}\nCOMMIT;`).catch(async (error: unknown) => {
      await client.query('ROLLBACK');
      throw error;
    })),
    // SQLite's INTEGER has 64 bits; nonces and ids fill 32 without a sign.
    translate: (sql) => sql.replace(/\bDATETIME\b/g, 'TIMESTAMP(3)').replace(/\bBLOB\b/g, 'BYTEA').replace(/\bINTEGER\b/g, 'BIGINT'),
    async alone(act) {
      await client.query('SELECT pg_advisory_lock(hashtext($1))', [`holdfast ${schema}`]);
      try {
        return await act();
      } finally {
        await client.query('SELECT pg_advisory_unlock(hashtext($1))', [`holdfast ${schema}`]);
      }
    },
  };
}

/** Two nodes that make one schema at the same moment: the slower one is told that it exists. */
function passOverRace(error: unknown): void {
  const { code } = error as { readonly code?: unknown };
  if (code !== '23505' && code !== '42P06') throw error;
}

function parts(url: string): { readonly connectionString: string; readonly schema: string; readonly where: string } {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema') ?? 'holdfast';
  if (!SCHEMA_NAME.test(schema)) {
    throw new HoldfastError('BAD_DATABASE_URL', `The schema name ${JSON.stringify(schema)} in the database's address is not allowed.`, {
      nextStep: 'Use at most 63 lower-case letters, digits and underscores.',
    });
  }
  parsed.searchParams.delete('schema');
  // Never the password.
  return { connectionString: parsed.href, schema, where: `${parsed.host}${parsed.pathname}` };
}
