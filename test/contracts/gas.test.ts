import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { boundsOf, isKept, nameOf } from '../support/contracts/gas-bounds.ts';
import type { GasRow } from '../support/contracts/gas-world.ts';
import { measureAll } from '../support/contracts/gas.ts';

const snapshot = (JSON.parse(readFileSync(join(import.meta.dirname, 'gas.snapshot.json'), 'utf8')) as { rows: GasRow[] }).rows;

/**
 * Addresses, signatures and draws differ when any bytecode changes: zero bytes are cheaper, and paths of trees whose sizes are no powers
 * of two differ in length by a few siblings. More than this is a change of cost.
 */
const TOLERANCE = 0.002;
const TOLERANCE_OF_PROOFS = 0.03;
/** The dearest of many proofs is as it happens. */
const TOLERANCE_OF_LUCK = 0.2;

function toleranceOf(act: string): number {
  if (act === 'prove-unlucky-dearest') return TOLERANCE_OF_LUCK;
  return act.startsWith('prove') ? TOLERANCE_OF_PROOFS : TOLERANCE;
}

function difference(row: GasRow, old: GasRow | undefined): string[] {
  if (old === undefined) return [`${nameOf(row)}: ${row.gas}, not in the snapshot`];
  const isSame = Math.abs(row.gas - old.gas) <= old.gas * toleranceOf(row.act);
  const change = row.gas - old.gas;
  return isSame ? [] : [`${nameOf(row)}: ${row.gas}, in the snapshot ${old.gas} (${change > 0 ? '+' : ''}${change})`];
}

describe('gas', () => {
  let rows: readonly GasRow[];
  before(async () => {
    rows = await measureAll();
  });

  it('stays within every bound of the protocol, and flat where it says flat', () => {
    const broken = boundsOf(rows).filter((bound) => !isKept(bound));
    assert.deepEqual(broken.map(({ what, value, max }) => `${what}: ${value}, at most ${max}`), []);
  });

  it('is what the snapshot says', () => {
    const changed = rows.flatMap((row) => difference(row, snapshot.find((other) => nameOf(other) === nameOf(row))));
    const gone = snapshot.filter((old) => !rows.some((row) => nameOf(row) === nameOf(old))).map((old) => `${nameOf(old)}: no longer measured`);
    assert.deepEqual([...changed, ...gone], [], 'If the change is meant, run `node scripts/gas.ts --update` and commit the snapshot');
  });
});
