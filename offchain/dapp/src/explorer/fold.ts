/** Lists of transactions that can be read: proofs, of which there are many, are told together. Pure. */
import type { EventGroup } from './read-events.ts';
import { headlineOf } from './sentence.ts';

export interface Fold {
  /** One transaction, or several that only prove and draw. */
  readonly groups: readonly EventGroup[];
  readonly providers: readonly number[];
  readonly fromEpoch: number;
  readonly toEpoch: number;
}

/** As few as this stand alone. */
const LEAST = 3;

/** Neighbours whose headlines are proofs or drawn seeds become one row; every other transaction is a row of its own. */
export function foldProofs(groups: readonly EventGroup[]): Fold[] {
  const rows: EventGroup[][] = [];
  for (const group of groups) {
    const last = rows.at(-1);
    if (last !== undefined && isRoutine(group) && isRoutine(last[0]!)) last.push(group);
    else rows.push([group]);
  }
  return rows.flatMap((row) => (row.length < LEAST ? row.map((one) => foldOf([one])) : [foldOf(row)]));
}

function isRoutine({ events }: EventGroup): boolean {
  const headline = headlineOf(events);
  return headline !== undefined && headline.contract === 'market' && (headline.name === 'Proved' || headline.name === 'SeedFixed');
}

function foldOf(groups: readonly EventGroup[]): Fold {
  const proofs = groups.flatMap(({ events }) => events.filter(({ contract, name }) => contract === 'market' && name === 'Proved'));
  // Seeds name their epoch too.
  const epochs = groups.flatMap(({ events }) => events.flatMap(({ args }) => (args['epoch'] === undefined ? [] : [Number(args['epoch'])])));
  return { groups, providers: [...new Set(proofs.map(({ args }) => Number(args['provider'])))].sort((a, b) => a - b), fromEpoch: Math.min(...epochs), toEpoch: Math.max(...epochs) };
}

/** `6 proofs of epochs 11 to 12`. */
export function sayFold({ groups, fromEpoch, toEpoch }: Fold): string {
  const proofs = groups.reduce((sum, { events }) => sum + events.filter(({ contract, name }) => contract === 'market' && name === 'Proved').length, 0);
  return `${proofs} proofs of ${fromEpoch === toEpoch ? `epoch ${fromEpoch}` : `epochs ${fromEpoch} to ${toEpoch}`}`;
}
