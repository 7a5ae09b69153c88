import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Check } from './check.ts';

/** A folder may import from itself and from lower levels; folders of one level know each other only as listed in `NEIGHBOURS`. */
const LEVELS: readonly (readonly string[])[] = [['codec', 'proof'], ['chain', 'wire', 'store', 'p2p', 'reads', 'health'], ['indexer'], ['client', 'worker', 'provider', 'heavy', 'edge'], ['reciprocal', 'doctor', 'earnings'], ['gateway', 'sdk', 'cli', 'dapp']];

/** Inside one level: what a folder may have of its neighbours. The kernels lie below both codec and proof. */
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = { codec: ['proof/'], proof: ['codec/kernels/'], chain: ['wire/'], store: ['wire/'], p2p: ['wire/', 'store/log.ts'], reads: ['chain/', 'wire/', 'store/'], health: ['chain/', 'wire/', 'store/'], provider: ['worker/'], edge: ['client/fetch/', 'client/policy.ts', 'provider/'], cli: ['gateway/', 'dapp/server/'], dapp: ['sdk/browser.ts'] };

/** The base class of all errors and its codes: it imports nothing, so every level may have it. */
const FOR_ALL = new Set(['wire/errors.ts']);

const STATEMENT = /^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g;

interface Import {
  readonly from: string;
  /** A path below offchain/, or a package. */
  readonly to: string;
  readonly isType: boolean;
  /** Loaded when it is needed: may close a circle. */
  readonly isDynamic: boolean;
}

/** The directions of imports below offchain/: downward, never through the own folder's index, without circles, and the lowest level without Node. */
export function checkImports(root: string): Check[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file) && !/generated|node_modules|assembly|\.d\.ts$/.test(file));
  const imports = files.flatMap((file) => importsOf(root, file));
  const local = imports.filter(({ to }) => to.endsWith('.ts') || to.endsWith('.tsx'));
  return [
    { what: 'imports go downward', problems: local.flatMap(directionProblem) },
    { what: 'no file imports the index of its own folder', problems: local.filter(({ from, to }) => /\/index\.tsx?$/.test(to) && folderOf(from) === folderOf(to)).map(show) },
    { what: 'no circles of imports', problems: circles(local) },
    { what: 'codec and proof need Node in *-node.ts files only', problems: imports.filter(needsNode).map(show) },
    { what: 'no default exports', problems: files.filter((file) => /^export default/m.test(readFileSync(join(root, file), 'utf8')) && !/\.config\.ts$/.test(file)) },
  ];
}

function importsOf(root: string, from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8');
  const at = (target: string) => (target.startsWith('.') ? normalize(join(dirname(from), target)) : target);
  const fixed = [...text.matchAll(STATEMENT)].map((match) => ({ from, to: at(match[2] ?? match[3]!), isType: match[1] !== undefined, isDynamic: false }));
  const late = [...text.matchAll(DYNAMIC)].map((match) => ({ from, to: at(match[1]!), isType: false, isDynamic: true }));
  return [...fixed, ...late];
}

function folderOf(file: string): string {
  return file.split('/')[0]!;
}

function show({ from, to }: Import): string {
  return `offchain/${from} imports ${to}`;
}

function directionProblem(one: Import): string[] {
  const [from, to] = [folderOf(one.from), folderOf(one.to)];
  if (from === to || FOR_ALL.has(one.to) || NEIGHBOURS[from]?.some((prefix) => one.to.startsWith(prefix)) === true) return [];
  const [lower, upper] = [LEVELS.findIndex((level) => level.includes(to)), LEVELS.findIndex((level) => level.includes(from))];
  return lower >= 0 && lower < upper ? [] : [show(one)];
}

function needsNode({ from, to, isType }: Import): boolean {
  return LEVELS[0]!.includes(folderOf(from)) && to.startsWith('node:') && !isType && !/-node\.ts$/.test(from);
}

/** Each circle once, by its first file in the alphabet. Types and late imports load nothing, so they close none. */
function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports.filter(({ isType, isDynamic }) => !isType && !isDynamic)) next.set(from, [...(next.get(from) ?? []), to]);
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const circle = path.slice(start);
      const first = circle.indexOf([...circle].sort()[0]!);
      found.add([...circle.slice(first), ...circle.slice(0, first), circle[first]!].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return [...found];
}
