// usage: npm run gas -- [--json FILE] [--update]   (gas of every act on the in-process chain, beside the peers; exit 1 when a bound is broken)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { boundsOf, isKept, nameOf } from '../test/support/contracts/gas-bounds.ts';
import type { GasRow } from '../test/support/contracts/gas-world.ts';
import { measureAll } from '../test/support/contracts/gas.ts';

const SNAPSHOT = join(import.meta.dirname, '..', 'test', 'contracts', 'gas.snapshot.json');

/** Published figures for the closest act of each peer: gas at the prague rules, calldata and 21,000 included (PEERS.md, "On-chain cost"; measured 2026-11-20). */
const PEERS: readonly { readonly acts: readonly string[]; readonly codex: string; readonly filecoin: string }[] = [
  { acts: ['open'], codex: '403,581 + 684,372 per slot', filecoin: '1,107,483 per provider' },
  { acts: ['commit'], codex: 'impossible: new request', filecoin: '351,895 for 1 piece' },
  { acts: ['prove', 'prove-unlucky', 'prove-large', 'prove-pairs'], codex: '339,455 per deal', filecoin: '430,285-617,999 per deal (2 tx)' },
  { acts: ['prove-many'], codex: '339,455 per deal', filecoin: '430,285-617,999 per deal (2 tx)' },
  { acts: ['settle'], codex: '82,600-97,900 per slot, at the end', filecoin: '115,000-339,000 per deal' },
  { acts: ['miss'], codex: '131,000-152,000 each', filecoin: '81,000 each' },
];

function print(columns: readonly string[], lines: readonly (readonly string[])[]): void {
  const widths = columns.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const show = (line: readonly string[]) => process.stdout.write(`${line.map((cell, i) => (i === 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ').trimEnd()}\n`);
  show(columns);
  show(widths.map((width) => '-'.repeat(width)));
  lines.forEach(show);
}

function readSnapshot(): readonly GasRow[] {
  return (JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as { rows: GasRow[] }).rows;
}

/** Per slot, provider or voucher, where the act is about several. */
function eachOf({ gas, params }: GasRow): string {
  const count = params['slots'] ?? params['providers'] ?? params['vouchers'];
  return count === undefined ? '' : Math.round(gas / count).toLocaleString('en');
}

/** The change against the committed snapshot, empty when there is none. */
function changeOf(row: GasRow, before: readonly GasRow[]): string {
  const old = before.find((other) => nameOf(other) === nameOf(row))?.gas;
  if (old === undefined) return 'new';
  return old === row.gas ? '' : `${row.gas > old ? '+' : ''}${(row.gas - old).toLocaleString('en')}`;
}

const { values } = parseArgs({ options: { json: { type: 'string' }, update: { type: 'boolean', default: false } } });
const rows = await measureAll();
const text = `${JSON.stringify({ rows }, null, 1)}\n`;
if (values.json !== undefined) writeFileSync(values.json, text);
if (values.update) writeFileSync(SNAPSHOT, text);

const before = readSnapshot();
print(
  ['act', 'gas', 'each', 'change', 'Codex', 'Filecoin Onchain Cloud'],
  rows.map((row) => {
    const peer = PEERS.find(({ acts }) => acts.includes(row.act));
    return [nameOf(row), row.gas.toLocaleString('en'), eachOf(row), changeOf(row, before), peer?.codex ?? '', peer?.filecoin ?? ''];
  }),
);
process.stdout.write('\n');
const bounds = boundsOf(rows);
print(['bound', 'gas', 'at most', ''], bounds.map((bound) => [bound.what, bound.value.toLocaleString('en'), bound.max.toLocaleString('en'), isKept(bound) ? 'kept' : 'BROKEN']));
if (!bounds.every(isKept)) process.exitCode = 1;
