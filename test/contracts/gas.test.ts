import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { boundsOf, isKept, nameOf } from '../support/contracts/gas-bounds.ts';
import { measureAll, type GasRow } from '../support/contracts/gas.ts';

const snapshot = (JSON.parse(readFileSync(join(import.meta.dirname, 'gas.snapshot.json'), 'utf8')) as { rows: GasRow[] }).rows;

/**
 * Addresses, signatures and draws differ when any bytecode changes: zero bytes are cheaper, and paths of trees whose sizes are no powers
 * of two differ in length by a few siblings. More than this is a change of cost.
 */
const TOLERANCES: Readonly<Record<string, number>> = { prove: 0.03 };
const TOLERANCE = 0.005;

describe('gas', () => {
  let rows: readonly GasRow[];
  before(async () => {
    rows = await measureAll();
  });

  it('stays within every bound of the protocol', () => {
    for (const bound of boundsOf(rows)) assert.ok(isKept(bound), `${bound.what}: ${bound.value}, at most ${bound.max}`);
  });

  it('is what the snapshot says: `npm run gas -- --update` after a change that is meant', () => {
    assert.deepEqual(rows.map(nameOf), snapshot.map(nameOf));
    for (const [i, row] of rows.entries()) {
      const { gas } = snapshot[i]!;
      assert.ok(Math.abs(row.gas - gas) <= gas * (TOLERANCES[row.act] ?? TOLERANCE), `${nameOf(row)}: ${row.gas}, in the snapshot ${gas}`);
    }
  });
});
