import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { branchesOf, type Branch } from './branches.ts';
import { UNREACHABLE } from './unreachable.ts';

export interface FileReport {
  readonly file: string;
  readonly lines: number;
  readonly uncoveredLines: readonly number[];
  /** Two for every branch. */
  readonly outcomes: number;
  readonly uncovered: readonly { readonly branch: Branch; readonly outcome: boolean }[];
  /** Of these, the ones that were proven unreachable. */
  readonly unreachable: number;
}

/** What the run of Hardhat left in coverage/: lines from its lcov report, branches from the tags that its workers saved. */
export function readReports(root: string): FileReport[] {
  const hits = readHits(join(root, 'coverage', 'data'));
  const lines = readLines(join(root, 'coverage', 'lcov.info'));
  return [...lines.keys()].sort().map((file) => {
    const branches = branchesOf(file, readFileSync(join(root, file), 'utf8'));
    const outcomes = branches.flatMap((branch) => branch.tags.map((tag, i) => ({ branch, outcome: i === 0, tag })));
    const uncovered = outcomes.filter(({ tag }) => !hits.has(tag));
    return {
      file,
      lines: lines.get(file)!.size,
      uncoveredLines: [...lines.get(file)!].filter(([, count]) => count === 0).map(([line]) => line).sort((a, b) => a - b),
      outcomes: outcomes.length,
      uncovered,
      unreachable: uncovered.filter((one) => UNREACHABLE.some((entry) => fits(entry, one))).length,
    };
  });
}

/** Entries of the list of unreachable branches that fit nothing (any more). */
export function staleEntries(reports: readonly FileReport[]): string[] {
  const uncovered = reports.flatMap((report) => report.uncovered);
  return UNREACHABLE.filter((entry) => !uncovered.some((one) => fits(entry, one))).map(({ file, text, outcome }) => `${file}: ${text} -> ${outcome}`);
}

function fits(entry: (typeof UNREACHABLE)[number], { branch, outcome }: { branch: Branch; outcome: boolean }): boolean {
  return entry.file === branch.file && entry.text === branch.text && entry.outcome === outcome;
}

/** Tags as 64 hexadecimal digits. */
function readHits(folder: string): Set<string> {
  const hits = new Set<string>();
  if (!existsSync(folder)) return hits;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))) {
    for (const tag of Object.keys(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, number>)) hits.add(tag.replace(/^0x/, '').padStart(64, '0'));
  }
  return hits;
}

function readLines(lcov: string): Map<string, Map<number, number>> {
  const files = new Map<string, Map<number, number>>();
  let current = new Map<number, number>();
  for (const line of readFileSync(lcov, 'utf8').split('\n')) {
    if (line.startsWith('SF:')) files.set(line.slice(3), (current = new Map()));
    const match = /^DA:(\d+),(\d+)/.exec(line);
    if (match !== null) current.set(Number(match[1]), Number(match[2]));
  }
  return files;
}
