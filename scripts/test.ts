// usage: node scripts/test.ts [types|lint|contracts|unit|postgresql|e2e ...]  (all without arguments); the last line is `N passed, N failed`
import { postgresqlBinaries } from '../test/support/postgresql.ts';
import { lint } from './lint.ts';
import { runTool } from './test/run-tool.ts';
import { honest } from './test/tally.ts';
import type { Tally } from './test/tally.ts';
import { vitest } from './test/vitest.ts';

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
    const some = ['test/store', 'test/heavy/http', 'test/provider/upload', 'test/client/put-get'];
    return await vitest(isAlone ? ['test/store', 'test/provider', 'test/heavy', 'test/client'] : some, []);
  } finally {
    delete process.env['HOLDFAST_TEST_DATABASE'];
  }
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
