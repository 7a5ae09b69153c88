/** Runs tests with vitest; files that failed are tried once more, alone and at half the pace. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runTool } from './run-tool.ts';
import { honest } from './tally.ts';
import type { Tally } from './tally.ts';

/** More than these have not lost a race against something else on the machine: they are broken. */
const SECOND_TRIES = 8;

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
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

/**
 * Many tests run nodes as real processes against a clock of real seconds, and a machine that others use may be too slow for one of them.
 * So a file that failed runs once more, with nothing beside it and epochs twice as long; what it says then counts, and the second try is shown.
 */
export async function vitest(folders: readonly string[], exclude: readonly string[]): Promise<Tally> {
  const first = await runOnce([...folders, ...exclude.flatMap((path) => ['--exclude', path])]);
  const broken = first.report.testResults.filter(({ status }) => status === 'failed');
  if (broken.length === 0 || broken.length > SECOND_TRIES) return tallyOf(first);
  const files = broken.map(({ name }) => relative(process.cwd(), name));
  process.stdout.write(`\n${tallyOf(first).failures?.join('\n') ?? ''}\nOnce more, alone and at half the pace: ${files.join(', ')}\n`);
  const second = await runOnce([...files, '--maxWorkers=1'], { ...process.env, HOLDFAST_TEST_PACE: '2' });
  const again = tallyOf(second);
  const before = broken.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed').length;
  return { ...again, passed: first.report.numPassedTests - before + again.passed };
}

interface Run {
  readonly report: Report;
  readonly status: number;
}

async function runOnce(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { status } = await runTool('vitest', ['run', ...args, '--config', 'test/vitest.config.ts', ...reporters], { env });
    return { report: JSON.parse(readFileSync(file, 'utf8')) as Report, status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tallyOf({ report, status }: Run): Tally {
  return honest({ passed: report.numPassedTests, failed: report.numFailedTests, failures: failuresOf(report) }, status);
}
