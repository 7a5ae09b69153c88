import { describe, expect, it } from 'vitest';
import { CAUSES, CONDITIONS, conditionOf, isReady } from '../../offchain/wire/condition.ts';
import type { CauseCode } from '../../offchain/wire/condition.ts';

describe('the condition of a node', () => {
  it('is what its worst cause makes it', () => {
    expect(conditionOf([])).toBe('ready');
    expect(conditionOf([{ code: 'GAS_LOW' }, { code: 'REPAIR_ONLY' }])).toBe('repair-only');
    expect(conditionOf([{ code: 'PROOF_LATE' }, { code: 'LEAVING' }, { code: 'DISK_FULL' }])).toBe('failing');
    for (const code of Object.keys(CAUSES) as CauseCode[]) expect(conditionOf([{ code }])).toBe(CAUSES[code]);
  });

  it('is ready while everything that the role asks is done', () => {
    expect(CONDITIONS.filter(isReady)).toEqual(['ready', 'degraded', 'repair-only', 'leaving']);
  });
});
