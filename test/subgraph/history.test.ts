import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildSubgraph } from '../../scripts/build-subgraph.ts';
import { checkSubgraph, type Check } from './check.ts';

describe('a history in which every event occurs', () => {
  let check: Check;
  beforeAll(async () => {
    await buildSubgraph();
    check = await checkSubgraph({ manifest: resolve(import.meta.dirname, '../../subgraph/build/manifest.json') });
  });

  it('has every event of every contract, and the indexer handles each', () => {
    expect([...check.events].filter(([, count]) => count === 0)).toEqual([]);
    expect(check.indexedEvents).toBe([...check.events.values()].reduce((sum, count) => sum + count, 0));
  });

  it('gives entities that equal the chain, at the end and at blocks in between', () => {
    expect(check.comparisons.length).toBeGreaterThan(8);
    expect(check.comparisons.flatMap(({ differences }) => differences)).toEqual([]);
    for (const { fields } of check.comparisons.slice(2)) expect([...fields.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500);
  });

  it('is compared with the chain: whatever is changed is found', () => {
    expect(check.sabotage.found).toBe(check.sabotage.of);
  });
});
