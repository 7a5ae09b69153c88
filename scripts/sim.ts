// usage: npm run sim -- [--seed N] [--seeds COUNT] [--providers 1000] [--days 365] [--scenario NAME] [--scale network|cluster] [--log FILE] [--json FILE]   (exit 1 when a rule is broken)
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCluster } from '../test/sim/cluster/run.ts';
import { clusterReport } from '../test/sim/cluster/report.ts';
import { reportOf } from '../test/sim/network/report.ts';
import { runNetwork } from '../test/sim/network/run.ts';
import { SCENARIOS, scenarioOf } from '../test/sim/network/scenario.ts';
import type { Tally } from '../test/sim/network/tally.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    providers: { type: 'string' },
    days: { type: 'string' },
    scenario: { type: 'string', default: 'everyday' },
    scale: { type: 'string', default: 'network' },
    log: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

interface Row {
  readonly seed: number;
  readonly scenario: string;
  readonly digest: string;
  readonly violation?: string;
}

/** @throws Error when it is not a whole number from 1 on */
function count(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${name} takes a whole number from 1 on, not "${text}".`);
}

const STRESS_DAYS = 60;
let stressed: Tally | undefined;

/** How fast repairs are in states that an ordinary run hardly sees: measured once, in a network that loses far more. */
async function underStress(seed: number, providers: number): Promise<Tally> {
  stressed ??= (await runNetwork({ seed, providers, days: STRESS_DAYS, scenario: scenarioOf('stress') })).tally;
  return stressed;
}

async function playNetwork(seed: number, scenario: string): Promise<Row> {
  const file = values.log === undefined ? undefined : openSync(values.log, 'w');
  const onEvent = file === undefined ? {} : { onEvent: (line: string) => void writeSync(file, line) };
  const providers = count(values.providers ?? '1000', 'providers');
  const days = count(values.days ?? '365', 'days');
  const result = await runNetwork({ seed, scenario: scenarioOf(scenario), providers, days, stressed: await underStress(seed, providers), ...onEvent });
  if (file !== undefined) closeSync(file);
  print(reportOf(result));
  const { violation, digest, tally, durability } = result;
  return { seed, scenario, digest, ...(violation === undefined ? {} : { violation: violation.message }), ...{ lostBatches: tally.lostBatches, committedBatches: tally.committedBatches, nines: durability.nines, repairBytes: tally.repairBytes, profits: result.profits } };
}

async function playCluster(seed: number): Promise<Row> {
  const result = await runCluster({ seed, providers: count(values.providers ?? '14', 'providers'), days: count(values.days ?? '2', 'days') });
  print(clusterReport(result));
  return { seed, scenario: 'cluster', digest: result.digest, ...(result.violation === undefined ? {} : { violation: result.violation.message }) };
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

async function main(): Promise<void> {
  if (values.help) {
    print(`npm run sim -- --seed N --providers 1000 --days 365 --scenario NAME\n${SCENARIOS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}\n  all          each of them`);
    return;
  }
  const first = count(values.seed, 'seed');
  const names = values.scenario === 'all' ? SCENARIOS.map(({ name }) => name) : [values.scenario];
  const rows: Row[] = [];
  for (let seed = first; seed < first + count(values.seeds, 'seeds'); seed += 1) {
    if (values.scale === 'cluster') rows.push(await playCluster(seed));
    else for (const name of names) rows.push(await playNetwork(seed, name));
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  const broken = rows.filter(({ violation }) => violation !== undefined);
  if (rows.length > 1) print(`${rows.length} runs, ${broken.length} with a violation${broken.map(({ seed, scenario }) => `; seed ${seed} of ${scenario}`).join('')}`);
  if (broken.length > 0) process.exitCode = 1;
}

await main();
