// usage: node scripts/test.ts [types|lint|unit|contracts|postgresql|e2e ...] [FILE|FOLDER ...]   all suites without arguments; the last line is `N passed, N failed`
// With files or folders of test/ the suite that is named runs these only.
import { postgresqlBinaries } from '../test/support/postgresql.ts';
import { lint } from './lint.ts';
import { compileTests } from './test/compile-tests.ts';
import { runTool } from './test/run-tool.ts';
import { honest } from './test/tally.ts';
import type { Tally } from './test/tally.ts';
import { vitest } from './test/vitest.ts';

const given = process.argv.slice(2);
const paths = given.filter((one) => one.includes('/'));
const chosen = given.filter((one) => !one.includes('/'));

async function types(): Promise<Tally> {
  let failed = 0;
  for (const project of PROJECTS) failed += (await runTool('tsc', ['-p', project])).status === 0 ? 0 : 1;
  return { passed: PROJECTS.length - failed, failed };
}
const PROJECTS = ['offchain', 'offchain/dapp'];

async function runContracts(isAside: boolean): Promise<{ status: number; output: string }> {
  await compileTests();
  return runTool('hardhat', ['test', ...paths, '--network', 'inproc'], { isAside });
}

/** Hardhat prints one summary for Solidity and TypeScript tests: "<n> passing" and, if any, "<n> failing". */
async function contracts(): Promise<Tally> {
  const run = contractsAside ?? runContracts(false);
  const { status, output } = await run;
  if (run === contractsAside) process.stdout.write(output);
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
    const some = ['test/store', 'test/heavy/http', 'test/provider/upload', 'test/client/put-get'];
    const all = ['test/store', 'test/provider', 'test/heavy', 'test/client', 'test/indexer', 'test/gateway/objects'];
    return await vitest(paths.length > 0 ? paths : chosen.includes('postgresql') ? all : some, []);
  } finally {
    delete process.env['HOLDFAST_TEST_DATABASE'];
  }
}

/** Suites of pure code, which start no chain. */
const PURE = ['test/codec', 'test/proof', 'test/wire'];

async function unit(): Promise<Tally> {
  if (paths.length > 0) {
    await compileTests();
    return vitest(paths, ['test/e2e/**']);
  }
  const pure = await vitest(PURE, []);
  // Some deploy a contract that is written for tests, and no chain should start while the compiler writes what it loads.
  await compileTests();
  const rest = await vitest(['test'], ['test/e2e/**', ...PURE.map((folder) => `${folder}/**`)]);
  return { passed: pure.passed + rest.passed, failed: pure.failed + rest.failed, failures: [...(pure.failures ?? []), ...(rest.failures ?? [])] };
}

const suites: Readonly<Record<string, () => Promise<Tally>>> = {
  types,
  lint: () => Promise.resolve(lint()),
  unit,
  contracts,
  postgresql,
  e2e: () => vitest(paths.length > 0 ? paths : ['test/e2e'], []),
};

if (paths.length > 0 && chosen.length !== 1) throw new Error('Files and folders go with one suite: npm run test:unit -- test/client.');
const names = chosen.length > 0 ? chosen : Object.keys(suites);
// One core for minutes, while other suites mostly wait for their clocks and disks: beside these, and after them for the CPU.
const isWhole = chosen.length === 0;
const contractsAside = isWhole ? runContracts(true) : undefined;
contractsAside?.catch(() => undefined);
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
  lines.push(`${name}${name === 'contracts' && isWhole ? ' (beside the others)' : ''}: ${tally.passed} passed, ${tally.failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
if (failures.length > 0) process.stdout.write(`\nWhat failed:\n${failures.join('\n')}\n`);
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
