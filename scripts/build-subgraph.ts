// usage: node scripts/build-subgraph.ts [--quiet] [--deployment <deployment.json> --rpc <url> --network <name at The Graph>]   (after build-abi; writes subgraph/build)
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createPublicClient, http } from 'viem';
import { parseDeployment } from '../offchain/chain/deployment.ts';
import { registryAbi } from '../offchain/chain/generated/abi.ts';
import { eventsOf, SOURCES } from './subgraph/events.ts';
import { CONSTANTS, graphManifest, indexerManifest } from './subgraph/manifest.ts';
import type { Constants, Place } from './subgraph/manifest.ts';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'subgraph');
/** What the embedded indexer reads: manifest.json, schema.graphql, main.wasm, abis. */
const target = path.join(folder, 'build');
const GRAPH_TIMEOUT_MS = 170_000;

/** Changes a source on its way to the compiler. `file`: relative to `subgraph/`. */
export type Edit = (file: string, text: string) => string;

/** Compiles the mappings for the embedded indexer, unless `subgraph/build` already stems from these very sources. Returns whether it had to. */
export async function buildSubgraph(): Promise<boolean> {
  const stamp = await inputsDigest();
  if (await isBuilt(stamp)) return false;
  const fresh = path.join(folder, `build.${process.pid}.fresh`);
  try {
    await compileSubgraph(fresh);
    await writeFile(path.join(fresh, 'stamp'), stamp);
    await replaceTarget(fresh, stamp);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return true;
}

/** Writes what the indexer reads into the new folder `into`. */
export async function compileSubgraph(into: string, edit?: Edit): Promise<void> {
  // In a folder of its own, so that two that build at the same time do not mix what they write; inside the repository, where graph-cli finds node_modules.
  const work = path.join(folder, `build.${process.pid}`);
  try {
    for (const name of ['src', 'schema.graphql']) await cp(path.join(folder, name), path.join(work, name), { recursive: true });
    if (edit !== undefined) await editSources(work, edit);
    await writeInputs(work);
    await graph(work, ['codegen', 'subgraph.yaml', '--output-dir', 'generated']);
    await graph(work, ['build', 'subgraph.yaml', '--output-dir', 'compiled']);
    await mkdir(into);
    await cp(path.join(work, 'compiled', SOURCES[0].name, `${SOURCES[0].name}.wasm`), path.join(into, 'main.wasm'));
    for (const name of ['schema.graphql', 'abis']) await cp(path.join(work, name), path.join(into, name), { recursive: true });
    await writeFile(path.join(into, 'manifest.json'), json(indexerManifest()));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function editSources(work: string, edit: Edit): Promise<void> {
  for (const name of await readdir(path.join(work, 'src'), { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const file = path.join('src', name);
    const text = await readFile(path.join(work, file), 'utf8');
    await writeFile(path.join(work, file), edit(file.replaceAll(path.sep, '/'), text));
  }
}

async function isBuilt(stamp: string): Promise<boolean> {
  return (await readFile(path.join(target, 'stamp'), 'utf8').catch(() => '')) === stamp;
}

async function replaceTarget(fresh: string, stamp: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  try {
    await rename(fresh, target);
  } catch (error) {
    // Another one that built the same was a moment earlier.
    if (!(await isBuilt(stamp))) throw error;
  }
}

/** Writes subgraph.yaml for one deployment, ready for `graph deploy` at The Graph. */
export async function writeGraphManifest(options: { deployment: string; rpc: string; network: string }): Promise<void> {
  const deployment = parseDeployment(await readFile(options.deployment, 'utf8'));
  const client = createPublicClient({ transport: http(options.rpc) });
  const entries: [string, bigint][] = [];
  for (const name of CONSTANTS) entries.push([name, BigInt(await client.readContract({ address: deployment.registry, abi: registryAbi, functionName: name }))]);
  await writeInputs(folder, { network: options.network, deployment, constants: Object.fromEntries(entries) as Constants });
}

/** ABIs and manifest, where graph-cli looks for them. */
async function writeInputs(into: string, place?: Place): Promise<void> {
  await mkdir(path.join(into, 'abis'), { recursive: true });
  for (const source of SOURCES) await writeFile(path.join(into, 'abis', `${source.name}.json`), json(eventsOf(source)));
  await writeFile(path.join(into, 'subgraph.yaml'), json(graphManifest(place)));
}

async function inputsDigest(): Promise<string> {
  const digest = createHash('sha256').update(json(graphManifest())).update(json(indexerManifest()));
  for (const source of SOURCES) digest.update(json(eventsOf(source)));
  const sources = (await readdir(path.join(folder, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  for (const name of ['schema.graphql', ...sources.map((one) => path.join('src', one))]) digest.update(`\0${name}\0`).update(await readFile(path.join(folder, name)));
  for (const name of ['graph-cli', 'graph-ts']) digest.update(await readFile(path.join(root, 'node_modules/@graphprotocol', name, 'package.json')));
  return digest.digest('hex');
}

/** graph-cli in a process of its own: it ends the process that it runs in, and looks for updates unless it is told not to. */
async function graph(cwd: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'node_modules/@graphprotocol/graph-cli/bin/run.js'), ...args, '--skip-migrations'], {
    cwd,
    env: { ...process.env, DO_NOT_TRACK: '1', GRAPH_DISABLE_UPDATE_CHECK: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: GRAPH_TIMEOUT_MS,
  });
  let said = '';
  const listen = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-16_384));
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`graph ${args[0]} failed:\n${said}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { deployment: { type: 'string' }, rpc: { type: 'string' }, network: { type: 'string' }, quiet: { type: 'boolean' } } });
  const { deployment, rpc, network } = values;
  if (deployment !== undefined && rpc !== undefined && network !== undefined) await writeGraphManifest({ deployment, rpc, network });
  else {
    const isNew = await buildSubgraph();
    if (values.quiet !== true) console.log(isNew ? 'subgraph/build is new' : 'subgraph/build is up to date');
  }
}
