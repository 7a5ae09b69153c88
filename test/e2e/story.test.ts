import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { runMnemonic } from '../../offchain/cli/devnet/accounts.ts';
import { tellStory } from '../../offchain/cli/demo/tell-story.ts';
import type { StoryReport } from '../../offchain/cli/demo/tell-story.ts';

const STEPS = ['chain', 'network', 'store', 'prove', 'restore', 'repair', 'corrupt', 'settle'];

/** The demo's story with fewer and smaller parts: every node is a process of its own, all sockets are real. */
describe('the story', () => {
  let folder: string;
  let report: StoryReport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-story-test-'));
    const told: string[] = [];
    report = await tellStory(
      {
        folder,
        mnemonic: runMnemonic(),
        seed: 'story test',
        parameters: { ...DEVNET, withdrawalEpochs: 1, healthBps: 0 },
        heavies: 2,
        providers: 6,
        regions: 4,
        scheme: { k: 3, m: 2 },
        batchLog2: 18,
        sourceBytes: 1 << 20,
        losses: 2,
        newcomers: 2,
        keep: false,
        say: (text) => void told.push(text),
        progress: () => undefined,
      },
      new AbortController().signal,
    );
    if (!report.ok) console.error(told.join('\n'));
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const figures = (name: string) => report.steps.find((step) => step.name === name)?.figures ?? {};

  it('is told to its end', () => {
    expect(report.error).toBeUndefined();
    expect(report.steps.map(({ name, ok }) => [name, ok])).toEqual(STEPS.map((name) => [name, true]));
  });

  it('has a network of different operators in several regions, all in processes of their own', () => {
    expect(figures('network')).toMatchObject({ heavies: 2, providers: 6, operators: 6, regions: 3, processes: 9 });
  });

  it('stores a real tree, deduplicated and compressed, and recognises it the second time', () => {
    const stored = figures('store') as Record<'plainBytes' | 'newBytes' | 'dedupedBytes' | 'storedBytes', number>;
    expect(stored).toMatchObject({ slots: 5, receipts: 5, secondPut: 'unchanged' });
    expect(stored.plainBytes).toBe(1 << 20);
    expect(stored.newBytes + stored.dedupedBytes).toBe(stored.plainBytes);
    expect(stored.storedBytes).toBeLessThan(stored.newBytes);
  });

  it('has every provider prove each epoch with one transaction', () => {
    const { proofs, transactions, epochs } = figures('prove') as Record<string, number>;
    expect(epochs).toBe(3);
    expect(proofs).toBeGreaterThanOrEqual(15);
    expect(transactions).toBe(proofs);
  });

  it('restores every byte without the providers that were killed', () => {
    const restored = figures('restore');
    expect(restored['killed']).toHaveLength(2);
    expect(restored).toMatchObject({ differences: [], symlinks: 2, bytes: 1 << 20 });
  });

  it('replaces what was lost, reports the misses, and proves fully again', () => {
    const repaired = figures('repair');
    expect(repaired['replaced']).toHaveLength(2);
    expect(repaired['missesReported']).toHaveLength(2);
    expect(repaired['fullyProvenEpoch']).toEqual(expect.any(Number));
  });

  it('notices bad bytes before a proof is sent, and reads round them', () => {
    const corrupt = figures('corrupt') as { provider: number; avoided: { provider: number }[] };
    expect(corrupt).toMatchObject({ proofsSent: 0, differences: [], notice: expect.stringContaining('no longer matches its committed root') });
    expect(corrupt.avoided.map(({ provider }) => provider)).toContain(corrupt.provider);
  });

  it('accounts for every token unit', () => {
    const { money } = report;
    if (money === null) throw new Error('There is no money report.');
    expect(money).toMatchObject({ balanced: true, left: { market: '0', registry: '0' } });
    expect(BigInt(money.earnedTotal) + BigInt(money.feesTotal) + BigInt(money.feesBurned) + BigInt(money.refunded)).toBe(BigInt(money.paid));
    const { total, creator, repairer, successor, reporter, burned } = money.slashed;
    expect([creator, repairer, successor, reporter, burned].map(BigInt).reduce((sum, share) => sum + share)).toBe(BigInt(total));
    expect(BigInt(total)).toBeGreaterThan(0n);
    expect(BigInt(money.supply.initial) - BigInt(money.supply.now)).toBe(BigInt(burned) + BigInt(money.feesBurned));
  });
});
