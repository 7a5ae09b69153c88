// usage: npm run test:invariants [-- --runs N] [--seed S]   (N more random lives against the model, N more campaigns of every Solidity invariant)
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

function naturalOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31) throw new Error(`--${name} wants a whole number from 1 to 2^31, not "${text}".`);
  return value;
}

/** Both suites read these variables; a failure prints what replays it. */
function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('hardhat', ['test', ...args], { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' }, seed: { type: 'string' } } });
const runs = naturalOf('runs', values.runs);
const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : naturalOf('seed', values.seed);
process.stdout.write(`${runs} runs from seed ${seed} on (--runs ${runs} --seed ${seed} replays them)\n`);

const env = { HOLDFAST_RUNS: String(runs), HOLDFAST_SEED: String(seed) };
const suites = [['solidity'], ['nodejs', 'test/contracts/money.test.ts', '--network', 'inproc']];
let failed = 0;
for (const suite of suites) if ((await run(suite, env)) !== 0) failed += 1;
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(failed === 0 ? 'every invariant held\n' : 'an invariant was broken; see above\n');
