/** A private PostgreSQL server on loopback: a data folder of its own, a port of its own, ended with the test run. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface PrivateServer {
  /** postgresql: URL without a schema. */
  readonly url: string;
  /** Ends it at once, as a power cut would; `start` brings it back on the same port and data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
/** Rights of an unprivileged user: the server refuses to run as root. */
const NOBODY = 65534;
const READY_MS = 20_000;

/** The folder with initdb and postgres; undefined where PostgreSQL is not installed. */
export function postgresqlBinaries(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin')) : [];
  return [...versions, ...(process.env['PATH'] ?? '').split(':')].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

export async function startPostgresql(binaries: string): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgresql-'));
  const data = join(folder, 'data');
  const rights = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in rights) {
    chownSync(folder, NOBODY, NOBODY);
    chmodSync(folder, 0o711);
  }
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'holdfast', '-A', 'trust', '-E', 'UTF8', '--no-locale'], { ...rights, stdio: 'ignore', cwd: folder });
  const port = await freePort();
  const url = `postgresql://holdfast@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    // -F off (fsync stays on): what a node is told to be durable must be.
    server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=400', '-c', 'shared_buffers=32MB'], { ...rights, stdio: 'ignore', cwd: folder });
    await answers(url);
  };
  const kill = async (signal: NodeJS.Signals = 'SIGQUIT'): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
    server = undefined;
  };
  await start();
  return {
    url, start, kill,
    async stop() {
      await kill('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + READY_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
