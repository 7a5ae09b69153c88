import { describe, expect, it } from 'vitest';
import { exitLines } from '../../offchain/cli/exit-report.ts';
import { renewalLines } from '../../offchain/cli/renewal-report.ts';
import { repairLines, whatIsLeft } from '../../offchain/cli/repair-report.ts';
import { statusLines } from '../../offchain/cli/status-report.ts';
import type { RepairResult } from '../../offchain/client/repair/repair.ts';
import type { AgreementStatus } from '../../offchain/client/status.ts';
import { PriceAboveLimitError } from '../../offchain/heavy/errors.ts';

const TOKEN = 10n ** 18n;

function agreement(more: Partial<AgreementStatus>): AgreementStatus {
  const slots = [
    { slot: 0, provider: 4, region: 1, rent: TOKEN, faulted: false, provedThisEpoch: true },
    { slot: 1, provider: 0, rent: TOKEN, faulted: false, provedThisEpoch: false },
  ];
  return { agreement: 7, k: 1, m: 1, batchLog2: 20, heavy: 1, isRunning: true, endPeriod: 9, paidUntil: 1_800_000_000, quota: 10, batches: 3, bundles: 2, spare: 0, objects: 5, lostBatches: [], lostNames: [], slots, ...more };
}
const shown = (more: Partial<AgreementStatus>) => statusLines({ balances: { coin: 1n, tokens: TOKEN, owed: 0n, saleRate: 1n }, agreements: [agreement(more)] }).join('\n');

describe('the status of an agreement', () => {
  it('says how many providers may still be lost, and what became of lost ones', () => {
    expect(shown({})).toContain('5 names; 0 more providers may be lost without losing data');
    expect(shown({})).toMatch(/1 +vacant +1 +waits for a successor/);
    const lostBatches = [{ bundle: 1, batch: 0, available: 0, needed: 1 }, { bundle: 1, batch: 2, available: 0, needed: 1 }];
    expect(shown({ lostBatches, lostNames: ['photos'] })).toContain('LOST: 2 batches of 1 bundles cannot be rebuilt, and hold up the replacement of lost providers; they are part of photos.');
    expect(shown({ spare: -2 })).toContain('2 of the lost providers must come back, or the data cannot be read');
  });

  it('promises nothing once it has ended', () => {
    const text = shown({ isRunning: false });
    expect(text).toContain('ended');
    expect(text).toContain('its providers may drop the data at any time');
    expect(text).not.toContain('may be lost');
    expect(text).toMatch(/1 +released/);
  });
});

describe('amounts that people read', () => {
  it('are tokens, in refusals too', () => {
    const error = new PriceAboveLimitError({ wanted: 4, withinLimit: 3, priceLimit: 10n ** 12n, needed: 2n * 10n ** 12n });
    expect(error.shortMessage).toBe('Only 3 of 4 slots can be had for 0.000001 tokens per batch and epoch; the dearest one costs 0.000002 tokens.');
    expect(error.nextStep).toContain('at least 0.000002 tokens');
  });

  it('say why nothing is renewed', () => {
    const renewal = { agreement: 1, endPeriod: 5, untilPeriod: 9, maxPerPeriod: TOKEN, pot: 0n, costPerPeriod: 2n * TOKEN, periodsPaid: 0, isLocked: false };
    expect(renewalLines(renewal)).toContain('Nothing is renewed: a period costs more than is authorised.');
    expect(renewalLines(renewal)).toContain('Nothing is renewed: the pot is short. --top-up fills it.');
    expect(renewalLines({ ...renewal, untilPeriod: 0 })[1]).toContain('not authorised');
    expect(renewalLines({ ...renewal, maxPerPeriod: 3n * TOKEN, pot: 4n * TOKEN, periodsPaid: 2 })).toHaveLength(3);
  });

  it('tell a provider how far its leaving is', () => {
    expect(exitLines({ provider: 3, slots: 2, stake: TOKEN, queued: TOKEN, readyEpoch: 8 })).toContain('Stake    1 tokens, 1 of them can be taken out from epoch 8 on');
    expect(exitLines({ provider: 3, slots: 0, stake: 0n, queued: 0n, readyEpoch: 8 })[0]).toContain('can be switched off');
  });
});

describe('the report of a repair', () => {
  const nothing: RepairResult = { agreement: 7, completed: [], failures: [], lostBundles: [], moved: [], movedInPart: [], lost: [], forgotten: 0, retired: [], isPartial: false };

  it('says what was done, and what keeps a bundle', () => {
    expect(repairLines(nothing)).toEqual(['No bundle of agreement 7 has lost batches.']);
    expect(whatIsLeft(nothing)).toBeUndefined();
    const lost = [{ name: 'photos', isNewest: true, contentId: 'bafy', paths: ['photos/a.jpg'], lostPaths: 1, reason: 'too few answered' }];
    const kept = { ...nothing, lostBundles: [3], moved: ['copy'], lost };
    expect(repairLines(kept)).toEqual([
      'Bundles 3 of agreement 7 have batches that cannot be rebuilt.', 'Stored anew, whole: copy', 'The newest version of photos lacks 1 files (photos/a.jpg): too few answered',
    ]);
    expect(whatIsLeft(kept)).toMatchObject({ sentence: expect.stringContaining('Bundles 3 are kept'), nextStep: expect.stringContaining('--give-up') });
    expect(whatIsLeft({ ...kept, retired: [3] })).toBeUndefined();
    expect(whatIsLeft({ ...kept, isPartial: true })?.nextStep).toContain('--into');
    expect(whatIsLeft({ ...nothing, failures: [{ bundle: 1, slot: 2, provider: 4, reason: 'away' }] })?.sentence).toContain('slot 2: away');
  });
});
