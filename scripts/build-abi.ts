// usage: node scripts/build-abi.ts   (after `hardhat compile`; writes offchain/chain/generated/{abi,bytecode}.ts)
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const CONTRACTS = ['Token', 'Sale', 'Manager', 'Registry', 'Market', 'Lens', 'Channels', 'Endowment', 'Commons', 'Rewards'] as const;
const HEADER = '/** Written by scripts/build-abi.ts from the compiled contracts. */\n';

interface Parameter {
  readonly type: string;
  readonly components?: readonly Parameter[];
}

interface AbiItem {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly Parameter[];
}

interface Artifact {
  readonly contractName: string;
  readonly abi: readonly AbiItem[];
  readonly bytecode: string;
  readonly linkReferences: Readonly<Record<string, Readonly<Record<string, readonly { start: number; length: number }[]>>>>;
}

/**
 * Turns artifacts/ into typed modules. Every ABI gets the errors of all contracts and libraries, because reverts pass
 * from one contract through another; the market's gets the events of its external libraries, which emit in its name.
 */
export async function buildAbi(options: { artifacts?: string; out?: string } = {}): Promise<void> {
  const out = options.out ?? path.join(root, 'offchain/chain/generated');
  const artifacts = await readArtifacts(options.artifacts ?? path.join(root, 'artifacts/contracts'));
  const all = [...artifacts.values()].flatMap((artifact) => artifact.abi);
  const errors = unique(all.filter((item) => item.type === 'error'));
  const linked = [...deployed(artifacts)].filter((name) => !(CONTRACTS as readonly string[]).includes(name));
  const libraryEvents = linked.flatMap((name) => find(artifacts, name).abi.filter((item) => item.type === 'event'));

  const abis = CONTRACTS.map((name) => {
    const own = find(artifacts, name).abi;
    return line(`${name.toLowerCase()}Abi`, unique([...own, ...(name === 'Market' ? libraryEvents : []), ...errors]));
  });
  const codes = Object.fromEntries([...deployed(artifacts)].map((name) => [name, codeOf(find(artifacts, name))]));
  await mkdir(out, { recursive: true });
  await writeIfChanged(path.join(out, 'abi.ts'), `${HEADER}\n${abis.join('\n')}\n${line('errorsAbi', errors)}`);
  await writeIfChanged(path.join(out, 'bytecode.ts'), `${HEADER}\n${line('bytecodes', codes)}`);
}

async function readArtifacts(folder: string): Promise<Map<string, Artifact>> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const found = new Map<string, Artifact>();
  for (const file of files.filter((name) => name.endsWith('.json')).sort()) {
    const artifact = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Artifact;
    found.set(artifact.contractName, artifact);
  }
  return found;
}

function find(artifacts: Map<string, Artifact>, name: string): Artifact {
  const artifact = artifacts.get(name);
  if (artifact === undefined) throw new Error(`The artifact of ${name} is missing: run "hardhat compile" first.`);
  return artifact;
}

/** The contracts and, transitively, the external libraries that their bytecode links to. */
function deployed(artifacts: Map<string, Artifact>): Set<string> {
  const names = new Set<string>(CONTRACTS);
  for (const name of names) for (const link of codeOf(find(artifacts, name)).links) names.add(link.library);
  return names;
}

/** `starts`: byte offsets in the bytecode where the library's 20-byte address goes. */
function codeOf(artifact: Artifact): { bytecode: string; links: { library: string; starts: number[] }[] } {
  const links = Object.values(artifact.linkReferences)
    .flatMap((file) => Object.entries(file))
    .map(([library, places]) => ({ library, starts: places.map((place) => place.start) }));
  return { bytecode: artifact.bytecode, links };
}

function unique(items: readonly AbiItem[]): AbiItem[] {
  return [...new Map(items.map((item) => [signatureOf(item), item])).values()];
}

function signatureOf(item: AbiItem): string {
  return `${item.type} ${item.name ?? ''}(${(item.inputs ?? []).map(typeOf).join(',')})`;
}

function typeOf(parameter: Parameter): string {
  const inner = parameter.components;
  return inner === undefined ? parameter.type : `(${inner.map(typeOf).join(',')})${parameter.type.slice('tuple'.length)}`;
}

function line(name: string, value: unknown): string {
  return `export const ${name} = ${JSON.stringify(value)} as const;\n`;
}

/** An unchanged file keeps its date, so that whoever watches it is not woken. */
async function writeIfChanged(file: string, text: string): Promise<void> {
  const old = await readFile(file, 'utf8').catch(() => undefined);
  if (old !== text) await writeFile(file, text);
}

if (import.meta.main) await buildAbi();
