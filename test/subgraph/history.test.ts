import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSubgraph } from '../../scripts/build-subgraph.ts';
import { checkSubgraph, differencesOf, playChain, type Check, type Played } from './check.ts';
import { playLife } from './play-life.ts';

const MANIFEST = resolve(import.meta.dirname, '../../subgraph/build/manifest.json');

describe('a history in which every event occurs', () => {
  let played: Played | undefined;
  let check: Check;
  beforeAll(async () => {
    await buildSubgraph();
    played = await playChain();
    check = await checkSubgraph(played, MANIFEST);
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

  it('has every stored field compared with a view, with the log, or with a reckoning over both, and not always with nothing', () => {
    expect(check.uncompared).toEqual([]);
    // Set and taken back within a transaction, always: the bond moves right behind the challenge.
    expect(check.untold).toEqual(['Transaction.bondAwaited']);
  });

  it('is compared with the chain: whatever is changed is found', () => {
    expect(check.sabotage.found).toBe(check.sabotage.of);
  });
});

describe('a random life of the market (more of them: npm run subgraph:check -- --lives 20)', () => {
  it('is indexed as the chain has it', async () => {
    const life = await playLife({ seed: 8, acts: 60, every: 20 });
    try {
      expect(life.blocks.length).toBeGreaterThan(0);
      expect(await differencesOf(life, MANIFEST)).toEqual([]);
    } finally {
      await life.close();
    }
  });
});
