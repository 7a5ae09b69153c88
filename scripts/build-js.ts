// usage: node --disable-warning=ExperimentalWarning scripts/build-js.ts    offchain/**/*.ts -> dist/**/*.js (only what changed)
// Types are blanked out, not compiled away: every line and column stays where it is, so stack traces name the source without source maps,
// and a whole build takes less than a second. dist/ mirrors offchain/ at the same depth: paths relative to a file hold in both.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const sourceRoot = join(root, 'offchain');
const targetRoot = join(root, 'dist');
/** AssemblyScript, and what only the compiler of browsers' pages reads. */
const NOT_NODE = /^codec\/kernels\/assembly\/|^dapp\/(?!server\/)|\.d\.ts$/;
/** The pages, which build-dapp.ts puts there. */
const NOT_OURS = /^dapp\/site\//;
/** A file that is imported or started: static and dynamic imports, and `new URL('./x.ts', import.meta.url)`. */
const REFERENCE = /(?<=(['"])\.{1,2}\/[^'"\n]*)\.ts(?=\1)/g;

/** Brings dist/ up to date with offchain/. Safe beside others doing the same, and beside processes that run from dist/. */
export function buildJs(): void {
  const wanted = new Map(filesBelow(sourceRoot).filter((path) => !NOT_NODE.test(path)).flatMap((path) => {
    if (path.endsWith('.ts')) return [[path.replace(/\.ts$/, '.js'), path]];
    return path.endsWith('.sql') ? [[path, path]] : [];
  }));
  for (const [target, source] of wanted) update(join(targetRoot, target), join(sourceRoot, source));
  // What an older tree left behind would still be found by an import that should fail.
  for (const path of filesBelow(targetRoot)) if (!wanted.has(path) && !NOT_OURS.test(path)) rmSync(join(targetRoot, path), { force: true });
}

function update(target: string, source: string): void {
  const { mtime } = statSync(source);
  if (statSync(target, { throwIfNoEntry: false })?.mtimeMs === Math.floor(mtime.getTime())) return;
  const text = readFileSync(source, 'utf8');
  // Not beside the target: another build would take it for what an older tree left behind.
  const temporary = join(root, 'cache', `js-${process.pid}`);
  mkdirSync(dirname(temporary), { recursive: true });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(temporary, source.endsWith('.ts') ? toJs(text) : text);
  // The same time as the source: so a source that went back to an older version counts as changed too.
  utimesSync(temporary, mtime, new Date(Math.floor(mtime.getTime())));
  renameSync(temporary, target);
}

/** A module without its types; what it imports are translated modules too. */
export function toJs(text: string): string {
  return stripTypeScriptTypes(text).replace(REFERENCE, '.js');
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

if (process.argv[1] === import.meta.filename) buildJs();
