import { PrismaLibSql } from '@prisma/adapter-libsql';

type Client = ReturnType<PrismaLibSql['createClient']>;
type Transaction = Awaited<ReturnType<Client['transaction']>>;

const BEGIN = { write: 'BEGIN IMMEDIATE', read: 'BEGIN TRANSACTION READONLY', deferred: 'BEGIN DEFERRED' } as const;

/**
 * One connection to the file for as long as nothing goes wrong, and a new one as soon as something does.
 *
 * The driver would leave a connection behind with every transaction, open until its garbage is collected: a busy node had thousands. Prisma lets nothing else run beside a transaction, so that it
 * may as well have the connection that is there.
 *
 * A statement that another process's lock broke off stays begun, and SQLite ends no later write of its connection while one is: each would be answered as done, would hold the file's only write
 * lock, and be gone with the process. So the file is opened anew.
 */
export class SteadyLibSql extends PrismaLibSql {
  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
    const client = super.createClient(config);
    const execute = client.execute.bind(client) as Client['execute'];
    const guard = <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
      try {
        return await act(...args);
      } catch (error) {
        if (isUnfinished(error)) await client.reconnect();
        throw error;
      }
    };
    const guarded = guard(execute as (...args: unknown[]) => ReturnType<Client['execute']>) as Client['execute'];
    return Object.assign(client, {
      execute: guarded,
      executeMultiple: guard(client.executeMultiple.bind(client)),
      batch: guard(client.batch.bind(client)),
      transaction: async (mode: keyof typeof BEGIN = 'write') => {
        await guarded(BEGIN[mode]);
        return onConnection(client, execute);
      },
    }) as Client;
  }
}

/** A transaction on the client's own connection. A statement that fails unfinished ends it: what was written so far is gone with the connection. */
function onConnection(client: Client, execute: Client['execute']): Transaction {
  let isOpen = true;
  const guard = <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
    if (!isOpen) throw new TransactionEndedError();
    try {
      return await act(...args);
    } catch (error) {
      if (isUnfinished(error)) {
        isOpen = false;
        await client.reconnect();
      }
      throw error;
    }
  };
  const run = guard(execute as (...args: unknown[]) => ReturnType<Client['execute']>) as Client['execute'];
  const end = async (statement: string): Promise<void> => {
    try {
      await run(statement);
      isOpen = false;
    } catch (error) {
      // Neither done nor undone: a new connection finds the file as it was before.
      if (isOpen) await client.reconnect();
      isOpen = false;
      throw error;
    }
  };
  const rollback = async (): Promise<void> => {
    if (isOpen) await end('ROLLBACK');
  };
  return {
    execute: run,
    batch: async (statements: Parameters<Transaction['batch']>[0]) => {
      const results = [];
      for (const statement of statements) results.push(await run(statement as Parameters<Client['execute']>[0]));
      return results;
    },
    executeMultiple: guard(client.executeMultiple.bind(client)),
    commit: () => end('COMMIT'),
    rollback,
    close: () => void rollback().catch(() => undefined),
    get closed() {
      return !isOpen;
    },
  } as Transaction;
}

/** As the driver words it, so that Prisma takes it for an error of the database. */
class TransactionEndedError extends Error {
  readonly code = 'TRANSACTION_CLOSED';

  constructor() {
    super('The transaction ended when a statement of it failed');
  }
}

/** What is refused for its content ends; what had to wait for too long, or met a disk that failed, may not have. */
function isUnfinished(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !/^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code);
}
