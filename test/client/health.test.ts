import { describe, expect, it } from 'vitest';
import { ProviderHealth } from '../../offchain/client/fetch/health.ts';
import { DEFAULT_POLICY } from '../../offchain/client/policy.ts';

const MIB = 1 << 20;

function at(): { health: ProviderHealth; pass(timeMs: number): void } {
  let nowMs = 0;
  return { health: new ProviderHealth(DEFAULT_POLICY, () => nowMs), pass: (timeMs) => (nowMs += timeMs) };
}

describe('ProviderHealth', () => {
  it('leaves a failed provider alone, longer each time, and a liar longest', () => {
    const { health, pass } = at();
    health.failed(1, 'refused');
    expect(health.isAvoided(1)).toBe(true);
    pass(DEFAULT_POLICY.avoidMs);
    expect(health.isAvoided(1)).toBe(false);
    health.failed(1, 'refused');
    pass(DEFAULT_POLICY.avoidMs);
    expect(health.isAvoided(1)).toBe(true);
    health.failed(2, 'wrong bytes', true);
    pass(DEFAULT_POLICY.avoidMaxMs - 1);
    expect([health.isAvoided(1), health.isAvoided(2)]).toEqual([false, true]);
    expect(health.report()).toEqual([{ provider: 1, failures: 2, reason: 'refused' }, { provider: 2, failures: 1, reason: 'wrong bytes' }]);
  });

  it('counts transfers that break together as one failure', () => {
    const { health, pass } = at();
    for (let i = 0; i < 20; i++) health.failed(1, 'refused');
    expect(health.report()).toEqual([{ provider: 1, failures: 1, reason: 'refused' }]);
    pass(DEFAULT_POLICY.avoidMs);
    expect(health.isAvoided(1)).toBe(false);
  });

  it('prefers the fast, then the unknown of middling rank, then the avoided', () => {
    const { health } = at();
    health.succeeded(1, { timeMs: 500, sizeBytes: MIB });
    health.succeeded(2, { timeMs: 10, sizeBytes: MIB });
    health.succeeded(3, { timeMs: 100, sizeBytes: MIB });
    health.failed(2, 'late');
    expect([1, 2, 3].sort((a, b) => health.rank(a) - health.rank(b))).toEqual([3, 1, 2]);
  });

  it('calls late what is far beyond the measured rates, within bounds', () => {
    const { health } = at();
    expect(health.lateMs(MIB)).toBe(DEFAULT_POLICY.lateUnmeasuredMs);
    health.succeeded(1, { timeMs: 1_000, sizeBytes: MIB });
    expect(health.lateMs(MIB)).toBe(4_000);
    expect(health.lateMs(100 * MIB)).toBe(DEFAULT_POLICY.lateMaxMs);
    health.succeeded(2, { timeMs: 1, sizeBytes: MIB });
    health.succeeded(3, { timeMs: 1, sizeBytes: MIB });
    expect(health.lateMs(MIB)).toBe(DEFAULT_POLICY.lateMinMs);
  });
});
