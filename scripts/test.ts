// usage: node scripts/test.ts [types|lint|contracts|unit|postgresql|e2e ...]  (all without arguments); the last line is `N passed, N failed`
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { postgresqlBinaries } from '../test/support/postgresql.ts';
import { lint } from './lint.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What failed, a line each: said again at the end, where nobody has to search for it. */
  readonly failures?: readonly string[];
}

/** Runs a tool with its output shown, and returns that output too. */
function runTool(command: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: process.env });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      process.stdout.write(data);
      output += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}

async function types(): Promise<Tally> {
  const { status } = await runTool('tsc', ['-p', 'offchain']);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Hardhat prints one summary for Solidity and TypeScript tests: "<n> passing" and, if any, "<n> failing". */
async function contracts(): Promise<Tally> {
  const { status, output } = await runTool('hardhat', ['test', '--network', 'inproc']);
  const count = (word: string) =>
    [...output.matchAll(new RegExp(String.raw`(\d+) ${word}`, 'g'))].reduce((sum, match) => sum + Number(match[1]), 0);
  const failures = count('failing') > 0 ? output.slice(output.lastIndexOf(' failing')).split('\n').slice(1, 60).filter((line) => line.trim() !== '') : [];
  return honest({ passed: count('passing'), failed: count('failing'), failures }, status);
}

/** The tests of whatever keeps state, once more, with that state on a private PostgreSQL server. */
async function postgresql(): Promise<Tally> {
  if (postgresqlBinaries() === undefined) {
    process.stdout.write('\nSKIPPED: the tests on PostgreSQL, for its programs (initdb, postgres) are not on this machine.\n');
    return { passed: 0, failed: 0 };
  }
  process.env['HOLDFAST_TEST_DATABASE'] = 'postgresql';
  try {
    // All suites together have to end within half an hour: they take a part, `npm run test:postgresql` takes all.
    const isAlone = process.argv.slice(2).includes('postgresql');
    const some = ['test/store', 'test/heavy/http', 'test/heavy/repair.test', 'test/heavy/audit', 'test/provider/upload', 'test/provider/leave', 'test/provider/crash', 'test/client/put-get', 'test/client/endowment'];
    return await vitest(isAlone ? ['test/store', 'test/provider', 'test/heavy', 'test/client'] : some, []);
  } finally {
    delete process.env['HOLDFAST_TEST_DATABASE'];
  }
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    // A file that does not load has a message and no tests.
    if (failed.length === 0) return message === '' ? [] : [`${file}: ${message.slice(0, 500)}`];
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n  ${failureMessages.join('\n').split('\n').slice(0, 4).join('\n  ')}`);
  });
}

async function vitest(folders: readonly string[], exclude: readonly string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const report = join(folder, 'report.json');
  try {
    const { status } = await runTool('vitest', [
      'run', ...folders, '--config', 'test/vitest.config.ts', ...exclude.flatMap((path) => ['--exclude', path]),
      '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
    ]);
    const summary = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return honest({ passed: summary.numPassedTests, failed: summary.numFailedTests, failures: failuresOf(summary) }, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A tool that failed without a failed test (a crash, a file that does not load) counts as one failure; so does one without tests. */
function honest(tally: Tally, status: number): Tally {
  const hasProblem = status !== 0 || tally.passed + tally.failed === 0;
  return hasProblem && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

const suites: Readonly<Record<string, () => Promise<Tally>>> = {
  types,
  lint: () => Promise.resolve(lint()),
  contracts,
  unit: () => vitest(['test'], ['test/e2e/**']),
  postgresql,
  e2e: () => vitest(['test/e2e'], []),
};

const chosen = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : Object.keys(suites);
const total = { passed: 0, failed: 0 };
const lines: string[] = [];
const failures: string[] = [];
for (const name of names) {
  const suite = suites[name];
  if (suite === undefined) throw new Error(`There is no suite "${name}". Suites: ${Object.keys(suites).join(', ')}.`);
  const began = performance.now();
  const tally = await suite();
  total.passed += tally.passed;
  total.failed += tally.failed;
  failures.push(...(tally.failures ?? []));
  lines.push(`${name}: ${tally.passed} passed, ${tally.failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
if (failures.length > 0) process.stdout.write(`\nWhat failed:\n${failures.join('\n')}\n`);
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
