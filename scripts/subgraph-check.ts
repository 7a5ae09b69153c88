// usage: npm run subgraph:check   (after the build; plays a history with every event, indexes it, compares every entity with the chain)
import path from 'node:path';
import { checkSubgraph } from '../test/subgraph/check.ts';
import { buildSubgraph } from './build-subgraph.ts';

await buildSubgraph();
const { events, indexedEvents, comparisons, sabotage } = await checkSubgraph({ manifest: path.resolve(import.meta.dirname, '../subgraph/build/manifest.json') });
const missing = [...events].filter(([, count]) => count === 0).map(([name]) => name);
console.log(`${events.size} kinds of events, ${indexedEvents} events indexed${missing.length > 0 ? `; never sent: ${missing.join(', ')}` : ''}`);
for (const { block, fields, differences } of comparisons) {
  const compared = [...fields.values()].reduce((sum, count) => sum + count, 0);
  console.log(`block ${block}: ${compared} fields of ${fields.size} kinds of entities compared, ${differences.length} differ`);
  for (const difference of differences) console.log(`  ${difference}`);
}
console.log(`${sabotage.found} of ${sabotage.of} fields that were changed on purpose were found`);
if (missing.length > 0 || sabotage.found < sabotage.of || comparisons.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
