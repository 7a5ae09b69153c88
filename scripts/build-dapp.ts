// usage: node --disable-warning=ExperimentalWarning scripts/build-dapp.ts [--force]    the web pages: offchain/dapp -> dist/dapp/site (skipped when nothing changed)
// The same sources give the same bytes. Every script and style gets a twin in gzip and one in brotli, which the server sends as they are.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const site = join(root, 'dist', 'dapp', 'site');
const stampFile = join(root, 'cache', 'holdfast-dapp');
/** What is no part of any page. Being too careful only costs a build. */
const NOT_PAGES = /\/(cli|provider|edge|gateway|doctor|store\/schema|store\/migrations|assembly)\/.*|\.md$|\.d\.ts$/;
/** Folders of the pages have the same names as services. */
const PAGES = /^dapp\//;
const COMPRESSIBLE = /\.(js|css|svg|json)$/;

export interface BuiltDapp {
  readonly isNew: boolean;
  readonly firstLoadGzipBytes: number;
}

/** Builds the pages unless they are there and nothing changed. */
export async function buildDapp(options: { readonly force?: boolean } = {}): Promise<BuiltDapp> {
  const stamp = stampOfSources();
  const isThere = existsSync(join(site, 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (isThere && options.force !== true) return { isNew: false, firstLoadGzipBytes: firstLoad() };
  const { build } = await import('vite');
  // Beside the old pages, which a server may be sending at the moment.
  const fresh = `${site}.new-${process.pid}`;
  // Inside a test it is "test", with which React would be its slow self that names every source.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ configFile: join(root, 'offchain', 'dapp', 'vite.config.ts'), logLevel: 'warn', mode: 'production', build: { outDir: fresh } });
    refusePaths(join(fresh, 'assets'));
    compress(join(fresh, 'assets'));
    rmSync(site, { recursive: true, force: true });
    renameSync(fresh, site);
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
    rmSync(fresh, { recursive: true, force: true });
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  return { isNew: true, firstLoadGzipBytes: firstLoad() };
}

function stampOfSources(): string {
  const hash = createHash('sha256');
  const offchain = join(root, 'offchain');
  const paths = filesBelow(offchain).filter((path) => PAGES.test(path) ? !/\.md$/.test(path) : !NOT_PAGES.test(`/${path}`) && /\.ts$/.test(path));
  for (const path of paths.sort()) hash.update(`${path}\0`).update(readFileSync(join(offchain, path))).update('\0');
  for (const path of ['package-lock.json', 'scripts/build-dapp.ts']) hash.update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/** The pages say nothing of the machine that built them; where they do, they are not those that everybody builds. */
function refusePaths(folder: string): void {
  for (const name of readdirSync(folder)) if (readFileSync(join(folder, name), 'latin1').includes(`${root}/`)) throw new Error(`${name} names a path of this machine`);
}

function compress(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => COMPRESSIBLE.test(one))) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  }
}

/** Bytes over the wire, by gzip, until the first page can be used: what index.html names, and what these import at once. */
export function firstLoad(): number {
  const html = readFileSync(join(site, 'index.html'), 'utf8');
  const wanted = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name]) => name!);
  const seen = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(join(site, 'assets', name), 'utf8');
    for (const [, other] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) wanted.push(other!);
  }
  return gzipSync(html).length + [...seen].reduce((sum, name) => sum + gzipSync(readFileSync(join(site, 'assets', name)), { level: 9 }).length, 0);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'));
}

if (process.argv[1] === import.meta.filename) {
  const { isNew, firstLoadGzipBytes } = await buildDapp({ force: process.argv.includes('--force') });
  if (!process.argv.includes('--quiet')) process.stdout.write(`${isNew ? 'built' : 'unchanged'}: dist/dapp/site, first load ${(firstLoadGzipBytes / 1024).toFixed(0)} KiB gzip\n`);
}
