// usage: node scripts/run.mjs scripts/pack.ts [FOLDER]    the npm package holdfast, as a .tgz in FOLDER (default: cache/)
// Put together in cache/package from dist/, declarations and a manifest of its own: what only this repository needs (tests, build tools, the bundled
// Node) stays here.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildJs } from './build-js.ts';
import { writeDeclarations } from './pack/declarations.ts';
import { type Manifest, packageManifest } from './pack/manifest.ts';

const root = join(import.meta.dirname, '..');
/** For people at the command line of this repository; they need what is not in the package. */
const LEFT_OUT = /^cli\/demo\/(?!story-options)|\.map$/;

export interface Packed {
  readonly file: string;
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

export function pack(folder: string): Packed {
  buildJs();
  const target = join(root, 'cache', 'package');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const manifest = packageManifest(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>);
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ['LICENSE', 'README.md']) cpSync(join(root, file), join(target, file));
  cpSync(join(root, 'offchain', 'sdk', 'README.md'), join(target, 'SDK.md'));
  cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true, filter: (path) => !LEFT_OUT.test(path.slice(join(root, 'dist').length + 1)) });
  // The default of a heavy node that indexes, at the same place seen from dist/.
  cpSync(join(root, 'subgraph', 'build'), join(target, 'subgraph', 'build'), { recursive: true });
  writeDeclarations({ root, target: join(target, 'dist'), entries: entriesOf(manifest) });
  refusePaths(target);
  mkdirSync(folder, { recursive: true });
  const [made] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder, target], { encoding: 'utf8', cwd: folder })) as { filename: string; size: number; unpackedSize: number; files: { path: string }[] }[];
  if (made === undefined) throw new Error('npm pack said nothing');
  return { file: join(folder, made.filename), files: made.files.map(({ path }) => path), packedBytes: made.size, unpackedBytes: made.unpackedSize };
}

/** The source of each entry that has types. */
function entriesOf({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.types.replace(/^\.\/dist\//, '').replace(/\.d\.ts$/, '.ts')]));
}

/** What names this machine would be of no use, and nobody's business. */
function refusePaths(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'latin1');
    for (const one of [root, homedir()]) if (text.includes(`${one}/`)) throw new Error(`${path.slice(dirname(folder).length + 1)} names a path of this machine`);
  }
}

if (process.argv[1] === import.meta.filename) {
  const { file, files, packedBytes, unpackedBytes } = pack(process.argv[2] ?? join(root, 'cache'));
  process.stdout.write(`${file}: ${packedBytes} bytes, ${unpackedBytes} unpacked, ${files.length} files\n`);
}
