/** Processes whose memory is measured run translated modules, as an installed program does. */
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildJs, toJs } from '../build-js.ts';

const root = join(import.meta.dirname, '../..');
/** As deep as this folder. */
const target = join(root, 'cache', 'bench');

/**
 * Path of one of this folder's scripts, translated, over dist/. Node would blank out the types as it loads a module, and what it needs for
 * that stays in memory: 25 MiB of a client's, which nobody else's client has.
 */
export function compiled(script: string): string {
  buildJs();
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(import.meta.dirname)) {
    if (!name.endsWith('.ts')) continue;
    const path = join(target, toJsName(name));
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, toJs(readFileSync(join(import.meta.dirname, name), 'utf8')).replaceAll("'../../offchain/", "'../../dist/"));
    renameSync(temporary, path);
  }
  return join(target, toJsName(script));
}

function toJsName(script: string): string {
  return script.replace(/\.ts$/, '.js');
}
