// usage: node scripts/build-prisma.ts   (writes offchain/store/generated from schema/; needs no network)
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');

/** Generates the clients of both databases out of one schema, a folder of files. Idempotent: the same schema gives the same files. */
export async function buildPrisma(): Promise<void> {
  const store = join(root, 'offchain/store');
  const [schema, other] = [join(store, 'schema'), join(store, 'generated/schema')];
  await generate(schema);
  await rm(other, { recursive: true, force: true });
  await mkdir(other, { recursive: true });
  for (const name of await readdir(schema)) {
    const text = await readFile(join(schema, name), 'utf8');
    await writeFile(join(other, name), text.replace('provider = "sqlite"', 'provider = "postgresql"').replace('"../generated/sqlite"', '"../postgresql"'));
  }
  await generate(other);
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
