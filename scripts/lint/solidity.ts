import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Check } from './check.ts';

/** EIP-170 and EIP-3860. */
const MAX_CODE_BYTES = 24_576;
const MAX_INITCODE_BYTES = 49_152;

const STYLE = 'solhint has nothing to say';
const OWN = ['contracts', 'test/contracts/harness'];

/**
 * Everything that solhint knows is on, except what .solhint.json turns off: natspec for every parameter and named returns (comments say why,
 * not what); naming and ordering tastes of others; advice that is wrong here (events are indexed by what is looked up, structs are packed by
 * hand, library arguments stay in memory); `block.timestamp`, which is the clock of this protocol; rules for Foundry.
 */
export function checkStyle(root: string): Check {
  const { error, stdout, stderr, status } = spawnSync('solhint', [...OWN.map((folder) => `${folder}/**/*.sol`), '-f', 'compact', '--disc'], { cwd: root, encoding: 'utf8' });
  if (error !== undefined) return { what: STYLE, problems: [`solhint does not start: ${error.message}`] };
  const problems = stdout.split('\n').filter((line) => / - |, Warning|, Error/.test(line));
  if (status !== 0 && problems.length === 0) problems.push(`solhint ended with status ${status}: ${stderr}${stdout}`);
  return { what: STYLE, problems };
}

interface Diagnostic {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

/** Own sources only: what OpenZeppelin's code is warned about is not ours to change. */
export function checkWarnings(root: string): Check {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string, callbacks: object): string };
  const files = OWN.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`)).filter((file) => file.endsWith('.sol'));
  const sources = Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(root, file), 'utf8') }]));
  const settings = { evmVersion: 'prague', outputSelection: { '*': { '*': ['abi'] } } };
  const load = (path: string) => {
    try {
      return { contents: readFileSync(join(root, 'node_modules', path), 'utf8') };
    } catch (error) {
      return { error: String(error) };
    }
  };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: load })) as { errors?: Diagnostic[] };
  const own = errors.filter(({ sourceLocation, severity }) => severity !== 'info' && (sourceLocation === undefined || files.includes(sourceLocation.file)));
  return { what: 'solc warns of nothing', problems: own.map(({ formattedMessage }) => formattedMessage.trim()) };
}

interface Artifact {
  readonly contractName: string;
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

/** Sizes of everything that has code of its own, largest first. Needs the compiled artifacts. */
export function codeSizes(root: string): { name: string; code: number; initcode: number }[] {
  const folder = join(root, 'artifacts', 'contracts');
  const bytesOf = (code: string) => (code.length - 2) / 2;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Artifact)
    .map(({ contractName, bytecode, deployedBytecode }) => ({ name: contractName, code: bytesOf(deployedBytecode), initcode: bytesOf(bytecode) }))
    // Libraries whose functions are all internal are a stub of some 80 bytes.
    .filter(({ code }) => code > 200)
    .sort((a, b) => b.code - a.code);
}

export function checkSizes(root: string): Check {
  const problems = codeSizes(root)
    .filter(({ code, initcode }) => code > MAX_CODE_BYTES || initcode > MAX_INITCODE_BYTES)
    .map(({ name, code, initcode }) => `${name}: ${code} bytes of code (at most ${MAX_CODE_BYTES}), ${initcode} to deploy it (at most ${MAX_INITCODE_BYTES})`);
  return { what: `every contract fits ${MAX_CODE_BYTES} bytes`, problems };
}
