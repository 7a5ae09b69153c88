/** An empty project into which npm has installed the packed package. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Packed, pack } from '../../scripts/pack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const INSTALL_MS = 120_000;

export interface Consumer {
  readonly folder: string;
  readonly packed: Packed;
  /** By npm; false: laid out by hand, where npm has neither a cache nor a registry to take the dependencies from. */
  readonly isInstalled: boolean;
  write(file: string, text: string): Promise<void>;
  /** Runs a TypeScript file of the project; gives what it printed. Throws with its error output. */
  run(file: string, env?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/** `npm install <the .tgz>` in an empty folder. Nothing of this repository can be reached from there. */
export async function startConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-consumer-'));
  const packed = pack(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const isInstalled = await install(folder, packed.file);
  if (!isInstalled) await layOut(folder, packed.file);
  return {
    folder,
    packed,
    isInstalled,
    write: (file, text) => writeFile(join(folder, file), text),
    // Not waited for in one piece: this process runs the network that the example talks to.
    run: async (file, env = {}) => (await promisify(execFile)(process.execPath, [file], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } })).stdout,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** From npm's cache, and from the registry only what is not in there. False where neither has it. */
async function install(folder: string, file: string): Promise<boolean> {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  const args = ['install', '--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=500', '--fetch-timeout=20000', '--no-audit', '--no-fund', '--loglevel=error', file, `@types/node@${devDependencies['@types/node']}`];
  try {
    // npm and what it starts run on this Node.
    await promisify(execFile)('npm', args, { cwd: folder, timeout: INSTALL_MS, env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` } });
    return true;
  } catch (error) {
    // No host names: the registry is that of whoever runs this.
    const code = /npm error code (\w+)/.exec((error as { stderr?: string }).stderr ?? '')?.[1];
    if (code === undefined || !/^(ENOTCACHED|E[A-Z_]*(CONN|TIME|NET|NOTFOUND|AGAIN)[A-Z_]*|E5\d\d|E40[34]|ETARGET)$/.test(code)) throw error;
    process.stderr.write(`\n*** NOT TESTED, because npm reaches no registry (${code}): the installation of the package by npm ***\n\n`);
    await rm(join(folder, 'node_modules'), { recursive: true, force: true });
    return false;
  }
}

/** As npm would, with links to this repository's dependencies, which are the versions that the lock file names. */
async function layOut(folder: string, file: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'holdfast');
  await mkdir(own, { recursive: true });
  execFileSync('tar', ['-xzf', file, '-C', own, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const path = join(modules, name);
    await mkdir(join(path, '..'), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), path);
  }
}
/** The code blocks of the SDK's README, by the file name in their first line. */
export async function readmeExamples(): Promise<Map<string, string>> {
  const text = await readFile(join(ROOT, 'offchain', 'sdk', 'README.md'), 'utf8');
  return new Map([...text.matchAll(/```ts\n(\/\/ ([a-z-]+\.ts)\n[\s\S]*?)```/g)].map(([, code, name]) => [name!, code!]));
}

/** Every JavaScript file that `entry` loads, and the packages and node: modules behind them. */
export async function importGraph(entry: string): Promise<{ files: ReadonlySet<string>; packages: ReadonlySet<string> }> {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = async (file: string): Promise<void> => {
    if (files.has(file)) return;
    files.add(file);
    const text = await readFile(file, 'utf8');
    for (const [, fixed, bare, late] of text.matchAll(/^(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm)) {
      const name = (fixed ?? bare ?? late)!;
      if (name.startsWith('.')) await walk(join(file, '..', name));
      else packages.add(name);
    }
  };
  await walk(entry);
  return { files, packages };
}

export async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
