import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSubgraph } from '../../scripts/build-subgraph.ts';
import { checkSubgraph, playChain, type Check, type Played } from './check.ts';
import { UNCOMPARED } from './uncompared.ts';

describe('a history in which every event occurs', () => {
  let played: Played | undefined;
  let check: Check;
  beforeAll(async () => {
    await buildSubgraph();
    played = await playChain();
    check = await checkSubgraph(played, resolve(import.meta.dirname, '../../subgraph/build/manifest.json'));
  });
  afterAll(() => played?.close());

  it('has every event of every contract, and the indexer handles each', () => {
    expect([...check.events].filter(([, count]) => count === 0)).toEqual([]);
    expect(check.indexedEvents).toBe([...check.events.values()].reduce((sum, count) => sum + count, 0));
  });

  it('gives entities that equal the chain, at the end and at blocks in between', () => {
    expect(check.comparisons.length).toBeGreaterThan(8);
    expect(check.comparisons.flatMap(({ differences }) => differences)).toEqual([]);
    for (const { fields } of check.comparisons.slice(2)) expect([...fields.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500);
  });

  it('has every field compared with a view or with the log, but for those that are listed with a reason', () => {
    expect(check.uncompared).toEqual(Object.values(UNCOMPARED).flat().toSorted((a, b) => check.fields.indexOf(a) - check.fields.indexOf(b)));
  });

  it('is compared with the chain: whatever is changed is found', () => {
    expect(check.sabotage.found).toBe(check.sabotage.of);
  });
});
