// usage: npm run coverage [-- --json FILE] [--report-only]   (lines and branches of contracts/ that the contract tests take; exit 1 below the thresholds)
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readReports, staleEntries, type FileReport } from './coverage/report.ts';

const root = join(import.meta.dirname, '..');

/** In percent: a change that leaves a line or an outcome untested fails. Unreachable ones, proven so, do not count. */
const THRESHOLDS = { lines: 100, branches: 100 };

/** All contract tests but those that are about gas, which means nothing for instrumented code, or repeat the same draw thousands of times. */
function testFiles(): string[] {
  const folder = join(root, 'test', 'contracts');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).sort();
  const isLeftOut = (file: string) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return /statistics|seed-grinding|dilution/.test(file) || (/gasUsed|measureAll/.test(text) && !text.includes('COUNTS_GAS'));
  };
  return files.filter((file) => !isLeftOut(file)).map((file) => join('test', 'contracts', file));
}

function runTests(): Promise<number> {
  for (const folder of ['coverage', join('cache', 'coverage')]) rmSync(join(root, folder), { recursive: true, force: true });
  const args = ['--config', 'scripts/coverage/hardhat.config.ts', 'test', '--coverage', '--network', 'inproc', ...testFiles()];
  return new Promise((resolve, reject) => {
    const child = spawn('hardhat', args, { cwd: root, stdio: 'inherit', env: { ...process.env, HOLDFAST_COVERAGE: '1' } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole;
}

function row(name: string, reports: readonly FileReport[]): { name: string; lines: number; branches: number; text: string } {
  const sum = (pick: (report: FileReport) => number) => reports.reduce((total, report) => total + pick(report), 0);
  const lines = sum((one) => one.lines);
  const reachable = sum((one) => one.outcomes - one.unreachable);
  const taken = sum((one) => one.outcomes - one.uncovered.length);
  const covered = lines - sum((one) => one.uncoveredLines.length);
  const share = (part: number, whole: number) => `${percent(part, whole).toFixed(1).padStart(5)} % ${`${part}/${whole}`.padStart(9)}`;
  return { name, lines: percent(covered, lines), branches: percent(taken, reachable), text: `${name.padEnd(36)} ${share(covered, lines)}   ${share(taken, reachable)}` };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const { values } = parseArgs({ options: { json: { type: 'string' }, 'report-only': { type: 'boolean', default: false } } });
const status = values['report-only'] ? 0 : await runTests();
const reports = readReports(root);

print(`\n${'file'.padEnd(36)} ${'lines'.padStart(17)}   ${'branches'.padStart(17)}`);
for (const report of reports) print(row(report.file, [report]).text);
const total = row('all', reports);
print(total.text);
for (const { file, uncoveredLines, uncovered } of reports) {
  if (uncoveredLines.length > 0) print(`${file}: no test runs line ${uncoveredLines.join(', ')}`);
  for (const { branch, outcome } of uncovered) print(`${file}:${branch.line}: no test makes ${branch.kind} \`${branch.text}\` ${outcome}`);
}
const stale = staleEntries(reports);
for (const entry of stale) print(`listed as unreachable, but reached or gone: ${entry}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ lines: total.lines, branches: total.branches, files: reports }, null, 1)}\n`);
const isEnough = total.lines >= THRESHOLDS.lines && total.branches >= THRESHOLDS.branches;
if (!isEnough) print(`below the thresholds: lines ${THRESHOLDS.lines} %, branches ${THRESHOLDS.branches} %`);
if (status !== 0) print('some tests failed: the figures above are worth little');
if (status !== 0 || !isEnough || stale.length > 0) process.exitCode = 1;
