/** Processes whose memory is measured run translated modules, as an installed program does. */
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildJs, toJs } from '../build-js.ts';

const root = join(import.meta.dirname, '../..');
/** As deep as this folder. */
const target = join(root, 'cache', 'bench');

/** This folder, and those in it whose scripts are processes of their own. */
const FOLDERS = ['.', 'cpu'];

/**
 * Path of one of this folder's scripts, translated, over dist/. Node would blank out the types as it loads a module: what it needs for
 * that stays in memory, 25 MiB of a client's, and a thread waits for it, which nobody else's does.
 */
export function compiled(script: string): string {
  buildJs();
  for (const folder of FOLDERS) {
    mkdirSync(join(target, folder), { recursive: true });
    for (const name of readdirSync(join(import.meta.dirname, folder))) {
      if (!name.endsWith('.ts')) continue;
      const path = join(target, folder, toJsName(name));
      const temporary = `${path}.${process.pid}`;
      // Both lie as deep.
      writeFileSync(temporary, toJs(readFileSync(join(import.meta.dirname, folder, name), 'utf8')).replaceAll('../offchain/', '../dist/'));
      renameSync(temporary, path);
    }
  }
  return join(target, toJsName(script));
}

function toJsName(script: string): string {
  return script.replace(/\.ts$/, '.js');
}
