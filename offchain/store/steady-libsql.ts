import { PrismaLibSql } from '@prisma/adapter-libsql';

type Client = ReturnType<PrismaLibSql['createClient']>;
type Transaction = Awaited<ReturnType<Client['transaction']>>;

/**
 * Opens the file anew after a statement that another process's lock broke off. The driver leaves such a statement begun, and SQLite ends no later write of its connection while one is: each
 * would be answered as done, would hold the file's only write lock, and be gone with the process.
 */
export class SteadyLibSql extends PrismaLibSql {
  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
    const client = super.createClient(config);
    const begin = client.transaction.bind(client);
    const guard = <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
      try {
        return await act(...args);
      } catch (error) {
        if (isUnfinished(error)) await client.reconnect();
        throw error;
      }
    };
    return Object.assign(client, {
      execute: guard(client.execute.bind(client) as (...args: unknown[]) => ReturnType<Client['execute']>),
      executeMultiple: guard(client.executeMultiple.bind(client)),
      batch: guard(client.batch.bind(client)),
      transaction: guard(async (mode?: 'write' | 'read' | 'deferred') => ended(await begin(mode as 'write'))),
    }) as Client;
  }
}

/** A commit that fails leaves its transaction open, on a connection that nobody knows any more: with the write lock, until the process ends. */
function ended(transaction: Transaction): Transaction {
  const commit = transaction.commit.bind(transaction);
  return Object.assign(transaction, {
    commit: () => commit().catch((error: unknown) => {
      transaction.close();
      throw error;
    }),
  });
}

/** What is refused for its content ends; what had to wait for too long, or met a disk that failed, may not have. */
function isUnfinished(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !/^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code);
}
