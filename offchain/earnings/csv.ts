/** RFC 4180: lines end in CR LF, cells with commas, quotes or line ends are quoted. */
import { formatUnits } from 'viem';

const DECIMALS = 18;

export type Cell = string | number | bigint | null;

/** Amounts are bigint: each becomes two columns, `<name> units` (exact) and `<name> tokens` (exact too, as a person reads it). */
export function toCsv<R extends Readonly<Record<string, Cell>>>(columns: readonly (keyof R & string)[], rows: readonly R[]): string {
  const isAmount = (name: keyof R & string): boolean => rows.some((row) => typeof row[name] === 'bigint');
  const amounts = new Set(columns.filter(isAmount));
  const head = columns.flatMap((name) => (amounts.has(name) ? [`${name} units`, `${name} tokens`] : [name]));
  const body = rows.map((row) => columns.flatMap((name) => {
    const value = row[name] ?? '';
    return amounts.has(name) ? [String(value), typeof value === 'bigint' ? formatUnits(value, DECIMALS) : ''] : [String(value)];
  }));
  return [head, ...body].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
