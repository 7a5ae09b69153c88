// usage: node scripts/build-prisma.ts   (writes offchain/store/generated from schema.prisma; needs no network)
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');

/** Generates the database client. Idempotent: the same schema gives the same files. */
export async function buildPrisma(): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const env = {
    ...process.env,
    // `generate` never runs the schema engine, but refuses to start without one and would download it.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  await promisify(execFile)(process.execPath, [cli, 'generate', '--no-hints', '--config', 'offchain/store/prisma.config.ts'], { cwd: root, env });
}

if (process.argv[1] === import.meta.filename) await buildPrisma();
