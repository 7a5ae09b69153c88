/** An empty project that has the packed package, made as npm lays it out. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Packed, pack } from '../../scripts/pack.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Consumer {
  readonly folder: string;
  readonly packed: Packed;
  write(file: string, text: string): Promise<void>;
  /** Runs a TypeScript file of the project; gives what it printed. Throws with its error output. */
  run(file: string, env?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The package is unpacked from its .tgz into node_modules/holdfast. Its dependencies are links to those of this repository, the same versions that the lock file
 * names, so that no network is needed. Nothing else of the repository can be reached.
 */
export async function startConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-consumer-'));
  const packed = pack(folder);
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'holdfast');
  await mkdir(own, { recursive: true });
  execFileSync('tar', ['-xzf', packed.file, '-C', own, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const path = join(modules, name);
    await mkdir(join(path, '..'), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), path);
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies: { holdfast: '*' } }));
  return {
    folder,
    packed,
    write: (file, text) => writeFile(join(folder, file), text),
    // Not waited for in one piece: this process runs the network that the example talks to.
    run: async (file, env = {}) => (await promisify(execFile)(process.execPath, [file], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } })).stdout,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
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
