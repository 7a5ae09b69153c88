import { describe, expect, it } from 'vitest';
import { clusterReport } from './cluster/report.ts';
import { runCluster } from './cluster/run.ts';

describe('a town of real services in virtual time', () => {
  it('loses nothing, and repeats its course from its seed: every event of the chain, with seeds and roots', async () => {
    const options = { seed: 1, providers: 8, days: 0.25, quietHours: 2 };
    const first = await runCluster(options);
    expect(first.violation?.message).toBeUndefined();
    expect(first.chain.count('Proved')).toBeGreaterThan(20);
    expect(first.reads).toBeGreaterThan(0);
    const again = await runCluster(options);
    expect(again.chain.tail()).toBe(first.chain.tail());
    expect(again.digest).toBe(first.digest);
    expect(clusterReport(first)).toContain(first.digest);
  }, 120_000);
});
