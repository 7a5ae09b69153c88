// usage: node scripts/build-prisma.ts   (writes offchain/store/generated from schema.prisma; needs no network)
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');

/** Generates the clients of both databases out of one schema. Idempotent: the same schema gives the same files. */
export async function buildPrisma(): Promise<void> {
  const store = join(root, 'offchain/store');
  await generate(join(store, 'schema.prisma'));
  const schema = await readFile(join(store, 'schema.prisma'), 'utf8');
  const other = schema.replace('provider = "sqlite"', 'provider = "postgresql"').replace('"./generated/sqlite"', '"./postgresql"');
  await mkdir(join(store, 'generated'), { recursive: true });
  const path = join(store, 'generated/postgresql.prisma');
  await writeFile(path, other);
  await generate(path);
}

async function generate(schema: string): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const env = {
    ...process.env,
    // `generate` never runs the schema engine, but refuses to start without one and would download it.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const args = ['generate', '--no-hints', '--config', 'offchain/store/prisma.config.ts', '--schema', schema];
  await promisify(execFile)(process.execPath, [cli, ...args], { cwd: root, env });
}

if (process.argv[1] === import.meta.filename) await buildPrisma();
