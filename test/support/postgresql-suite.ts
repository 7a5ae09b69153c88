/** Vitest's global set-up: with HOLDFAST_TEST_DATABASE=postgresql every node of every test keeps its state on a private server. */
import { postgresqlBinaries, startPostgresql } from './postgresql.ts';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['HOLDFAST_TEST_DATABASE'] !== 'postgresql') return undefined;
  const binaries = postgresqlBinaries();
  if (binaries === undefined) throw new Error('The programs of PostgreSQL (initdb, postgres) are not on this machine.');
  const server = await startPostgresql(binaries);
  process.env['DATABASE_URL'] = server.url;
  return () => server.stop();
}
