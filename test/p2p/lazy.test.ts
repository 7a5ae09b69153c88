import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../offchain');
const STATIC = /^(?:import|export)\s+(?!type\s)[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;
const LATE = /\bimport\(\s*'([^']+)'\s*\)/g;

/** Where a creator names peers among its heavy nodes: the one way by which libp2p comes to it. */
const DOOR = 'client/peer-heavies.ts';

/** Everything that is loaded with `start`; with `late`, also what it loads when it needs it, but for what lies behind `except`. */
function loadedWith(start: string, { late, except }: { readonly late: boolean; readonly except?: string }): Set<string> {
  const seen = new Set<string>();
  const walk = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (file === except || !file.endsWith('.ts') || file.includes('generated')) return;
    const text = readFileSync(join(ROOT, file), 'utf8');
    const targets = [...text.matchAll(STATIC), ...(late ? text.matchAll(LATE) : [])].map((match) => (match[1] ?? match[2])!);
    for (const target of targets) walk(target.startsWith('.') ? normalize(join(dirname(file), target)) : target);
  };
  walk(start);
  return seen;
}

const libp2pIn = (files: Set<string>): string[] => [...files].filter((file) => /^@?libp2p(\/|$)|^@multiformats\//.test(file));

it.each(['put', 'get', 'rent', 'ls'])('`holdfast %s` loads no libp2p, whatever it needs later, unless it is told to ask peers', (verb) => {
  const files = loadedWith(`cli/commands/${verb}.ts`, { late: true, except: DOOR });
  expect(libp2pIn(files)).toEqual([]);
  expect(files.has(DOOR)).toBe(true);
  // Not even beside the command's own modules, where the door stands.
  expect(loadedWith('client/heavies.ts', { late: false }).has(DOOR)).toBe(false);
});

it.each(['heavy/service.ts', 'provider/service.ts'])('%s loads libp2p only when it is switched on', (service) => {
  expect(libp2pIn(loadedWith(service, { late: false }))).toEqual([]);
  expect(libp2pIn(loadedWith(service, { late: true }))).not.toEqual([]);
});
