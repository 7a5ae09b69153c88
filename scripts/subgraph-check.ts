// usage: npm run subgraph:check [-- --mutants]   (after the build; plays a history with every event, indexes it, compares every entity with the chain; then the same with mistakes made on purpose)
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkSubgraph, playChain } from '../test/subgraph/check.ts';
import { DROPPED, MUTANTS, unfoundMutants } from '../test/subgraph/mutants.ts';
import { buildSubgraph } from './build-subgraph.ts';

const { values } = parseArgs({ options: { mutants: { type: 'boolean' } } });
await buildSubgraph();
const played = await playChain();
try {
  const { events, indexedEvents, comparisons, fields, uncompared, sabotage } = await checkSubgraph(played, path.resolve(import.meta.dirname, '../subgraph/build/manifest.json'));
  const missing = [...events].filter(([, count]) => count === 0).map(([name]) => name);
  console.log(`${events.size} kinds of events, ${indexedEvents} events indexed${missing.length > 0 ? `; never sent: ${missing.join(', ')}` : ''}`);
  for (const { block, fields: own, differences } of comparisons) {
    const compared = [...own.values()].reduce((sum, count) => sum + count, 0);
    console.log(`block ${block}: ${compared} fields of ${own.size} kinds of entities compared, ${differences.length} differ`);
    for (const difference of differences) console.log(`  ${difference}`);
  }
  console.log(`${fields.length - uncompared.length} of ${fields.length} fields of the schema compared`);
  console.log(`${sabotage.found} of ${sabotage.of} fields that were changed on purpose were found`);
  if (missing.length > 0 || sabotage.found < sabotage.of || comparisons.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
  if (values.mutants === true) await tryMutants();
} finally {
  await played.close();
}

async function tryMutants(): Promise<void> {
  const unfound = await unfoundMutants(played);
  const all = MUTANTS.length + DROPPED.length;
  console.log(`${all - unfound.length} of ${all} mistakes made on purpose in mappings and manifest were found${unfound.length > 0 ? `; not: ${unfound.join(', ')}` : ''}`);
  if (unfound.length > 0) process.exitCode = 1;
}
