// usage: npm run subgraph:check [-- --mutants] [--branches] [--lives N [--seed S]]   (after the build; plays a history with every event, indexes it, compares every entity with the chain; then the same with mistakes made on purpose; lists branches of the mappings that the history never takes; does the same with N random lives of the market)
import path from 'node:path';
import { parseArgs } from 'node:util';
import { untakenBranches } from '../test/subgraph/branches.ts';
import { checkSubgraph, differencesOf, playChain, unfoundFields } from '../test/subgraph/check.ts';
import { DROPPED, MUTANTS, unfoundMutants } from '../test/subgraph/mutants.ts';
import { playLife } from '../test/subgraph/play-life.ts';
import { buildSubgraph } from './build-subgraph.ts';

const { values } = parseArgs({ options: { mutants: { type: 'boolean' }, branches: { type: 'boolean' }, lives: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' } } });
await buildSubgraph();
const manifest = path.resolve(import.meta.dirname, '../subgraph/build/manifest.json');
const played = await playChain();
try {
  const { events, indexedEvents, comparisons, fields, uncompared, untold, sabotage } = await checkSubgraph(played, manifest);
  const missing = [...events].filter(([, count]) => count === 0).map(([name]) => name);
  console.log(`${events.size} kinds of events, ${indexedEvents} events indexed${missing.length > 0 ? `; never sent: ${missing.join(', ')}` : ''}`);
  for (const { block, fields: own, differences } of comparisons) {
    const compared = [...own.values()].reduce((sum, count) => sum + count, 0);
    console.log(`block ${block}: ${compared} fields of ${own.size} kinds of entities compared, ${differences.length} differ`);
    for (const difference of differences) console.log(`  ${difference}`);
  }
  console.log(`${fields.length - uncompared.length} of ${fields.length} fields of the schema compared${untold.length > 0 ? `; nothing but null, 0 or false in ${untold.join(', ')}` : ''}`);
  console.log(`${sabotage.found} of ${sabotage.of} fields that were changed on purpose were found`);
  if (missing.length > 0 || sabotage.found < sabotage.of || comparisons.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
  if (values.mutants === true) {
    const unfound = await unfoundFields(played, manifest);
    console.log(`${fields.length - unfound.length} of ${fields.length} fields, changed on purpose one after the other, were found${unfound.length > 0 ? `; not: ${unfound.join(', ')}` : ''}`);
    if (unfound.length > 0) process.exitCode = 1;
    await tryMutants();
  }
  if (values.branches === true) {
    const { untaken, of } = await untakenBranches(played);
    console.log([`${of - untaken.length} of ${of} branches of the mappings were taken${untaken.length > 0 ? '; not:' : ''}`, ...untaken].join('\n  '));
  }
} finally {
  await played.close();
}
for (let i = 0; i < Number(values.lives); i += 1) await tryLife(Number(values.seed) + i);

/** 150 random acts, looked at up to ten times. */
async function tryLife(seed: number): Promise<void> {
  const life = await playLife({ seed, acts: 150, every: 15 });
  try {
    const differences = await differencesOf(life, manifest);
    console.log([`life ${seed}: ${life.log.length} events, looked at ${life.blocks.length} times, ${differences.length} fields differ`, ...differences].join('\n  '));
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await life.close();
  }
}

async function tryMutants(): Promise<void> {
  const unfound = await unfoundMutants(played);
  const all = MUTANTS.length + DROPPED.length;
  console.log(`${all - unfound.length} of ${all} mistakes made on purpose in mappings and manifest were found${unfound.length > 0 ? `; not: ${unfound.join(', ')}` : ''}`);
  if (unfound.length > 0) process.exitCode = 1;
}
