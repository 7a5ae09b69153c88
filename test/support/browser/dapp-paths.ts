import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Node 1 is the heavy node, node 2 the first provider. */
const PROVIDER = '/explorer/providers/2';
const VALUES: Readonly<Record<string, string>> = { id: '1', epoch: '1', number: '20', address: `0x${'12'.repeat(20)}`, hash: `0x${'ab'.repeat(32)}` };

/** Every page's address, parameters filled in: read from the areas' lists, whose own imports are for a browser. */
export const DAPP_PATHS: readonly string[] = ['creator', 'provider', 'heavy', 'explorer'].flatMap((area) => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'offchain', 'dapp', 'src', area, 'pages.ts'), 'utf8');
  return [...text.matchAll(/\{ path: '([^']+)'/g)].map(([, path]) => path!.replace('/explorer/providers/:id', PROVIDER).replace(/:(\w+)/g, (_, name: string) => VALUES[name] ?? '1'));
});
