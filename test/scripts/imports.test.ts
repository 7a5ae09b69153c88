import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkImports } from '../../scripts/lint/imports.ts';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The problems that the check finds in these files below offchain/. */
function problemsOf(files: Readonly<Record<string, string>>): string[] {
  root = mkdtempSync(join(tmpdir(), 'imports-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return checkImports(root).flatMap(({ problems }) => problems);
}

test('downward, sideways as listed, and to the errors of all: allowed', () => {
  expect(problemsOf({
    'cli/a.ts': "import { b } from '../client/b.ts';\nimport type { C } from '../codec/c.ts';\nconst late = await import('../wire/d.ts');",
    'client/b.ts': "import {\n  d,\n} from '../wire/d.ts';\nexport { c } from '../codec/c.ts';",
    'codec/c.ts': "import { E } from '../wire/errors.ts';\nimport { z } from 'zod';",
    'codec/c-node.ts': "import { x } from 'node:fs';",
    'proof/p.ts': "import { k } from '../codec/kernels/k.ts';",
  })).toEqual([]);
});

test.each([
  ['upward', { 'codec/a.ts': "import { b } from '../client/b.ts';" }],
  ['upward, types only', { 'wire/a.ts': "import type { B } from '../heavy/b.ts';" }],
  ['upward, late', { 'chain/a.ts': "const b = await import('../cli/b.ts');" }],
  ['between services', { 'client/a.ts': "import { b } from '../provider/b.ts';" }],
  ['from codec to chain', { 'codec/a.ts': "import { b } from '../chain/b.ts';" }],
  ['through the own index', { 'wire/a.ts': "import { b } from './index.ts';" }],
  ['out of the tree', { 'cli/a.ts': "import { b } from '../../test/b.ts';" }],
  ['Node in pure code', { 'proof/a.ts': "import { readFile } from 'node:fs/promises';" }],
  ['a default export', { 'wire/a.ts': 'export default 1;' }],
])('%s: found', (_, files) => {
  expect(problemsOf(files)).toHaveLength(1);
});

test('a circle is told once, types close none', () => {
  const files = { 'wire/a.ts': "import { b } from './b.ts';", 'wire/b.ts': "export { c } from './c.ts';", 'wire/c.ts': "import { a } from './a.ts';" };
  expect(problemsOf(files)).toEqual(['wire/a.ts -> wire/b.ts -> wire/c.ts -> wire/a.ts']);
  expect(problemsOf({ ...files, 'wire/c.ts': "import type { a } from './a.ts';" })).toEqual([]);
});
