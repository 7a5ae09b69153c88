// usage: npm run lint   (static checks: solhint, solc's warnings, code sizes, directions of imports; the last line is `N passed, N failed`)
import { join } from 'node:path';
import type { Check } from './lint/check.ts';
import { checkImports } from './lint/imports.ts';
import { checkSizes, checkStyle, checkWarnings, codeSizes } from './lint/solidity.ts';

const root = join(import.meta.dirname, '..');

/** Runs all checks and prints what they found. */
export function lint(): { passed: number; failed: number } {
  const checks: readonly Check[] = [checkStyle(root), checkWarnings(root), checkSizes(root), ...checkImports(join(root, 'offchain'))];
  for (const { name, code, initcode } of codeSizes(root)) print(`  ${name.padEnd(12)} ${code.toLocaleString('en').padStart(7)} bytes, ${initcode.toLocaleString('en').padStart(7)} to deploy`);
  for (const { what, problems } of checks) {
    print(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${what}`);
    for (const problem of problems) print(`       ${problem}`);
  }
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  return { passed: checks.length - failed, failed };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (import.meta.main) {
  const { passed, failed } = lint();
  print(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
