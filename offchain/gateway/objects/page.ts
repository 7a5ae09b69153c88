/** One page of keys, in the order of their bytes, with common prefixes skipped by seeking past each. */
import { commonPrefix, endOf, fromRowKey, hexOf } from './keys.ts';
import type { ListOptions } from './object-store.ts';
import { PAGE_MAX } from './settings.ts';

/** Where rows are read from: keys from one on, or what follows a row. All keys in hex. */
export type Bound<Row> = { readonly from: string } | { readonly behind: Row };

export interface Walk<Row extends { readonly key: string }> extends Pick<ListOptions, 'prefix' | 'delimiter' | 'after' | 'limit'> {
  /** In place of `after`, where a row says more exactly where to go on. */
  readonly behind?: Row | undefined;
  /** Rows below `end`, in order. */
  readonly fetch: (bound: Bound<Row>, end: string, take: number) => Promise<Row[]>;
}

export interface Walked<Row> {
  readonly rows: readonly Row[];
  readonly prefixes: readonly string[];
  /** Undefined on the last page. */
  readonly last: { readonly row: Row } | { readonly prefix: string } | undefined;
}

/** Rows read at once, to begin with; more while they are used, fewer while most of them fall under prefixes. */
const TAKE_FIRST = 64;
const TAKE_LEAST = 4;

export async function walkPage<Row extends { readonly key: string }>({ prefix: wanted = '', delimiter: cutAt = '', after = '', limit, behind, fetch }: Walk<Row>): Promise<Walked<Row>> {
  const prefix = hexOf(wanted);
  const delimiter = hexOf(cutAt);
  const end = endOf(prefix);
  const most = Math.min(limit, PAGE_MAX);
  const groupOf = (key: string): string | undefined => commonPrefix(key, { prefix, delimiter });
  const rows: Row[] = [];
  const prefixes: string[] = [];
  let last: Walked<Row>['last'];
  let bound = behind === undefined ? startOf(prefix, hexOf(after), groupOf) : { behind };
  for (let take = delimiter === '' ? most + 1 : TAKE_FIRST; most > 0; ) {
    const page: Row[] = await fetch(bound, end, take);
    for (const row of page) {
      const group = groupOf(row.key);
      if (group !== undefined && group === prefixes.at(-1)) continue;
      if (rows.length + prefixes.length === most) return { rows, prefixes: prefixes.map(fromRowKey), last };
      if (group === undefined) rows.push(row);
      else prefixes.push(group);
      last = group === undefined ? { row } : { prefix: fromRowKey(group) };
    }
    const final = page.at(-1);
    if (final === undefined || page.length < take) break;
    const group = groupOf(final.key);
    bound = group === undefined ? { behind: final } : { from: endOf(group) };
    take = group === undefined ? Math.min(PAGE_MAX, take * 2) : Math.max(TAKE_LEAST, take >> 1);
  }
  return { rows, prefixes: prefixes.map(fromRowKey), last: undefined };
}

function startOf(prefix: string, after: string, groupOf: (key: string) => string | undefined): { from: string } {
  if (after === '' || after < prefix) return { from: prefix };
  // Behind a common prefix: behind all that falls under it. Behind a key: the next key is at least one byte longer.
  const from = groupOf(after) === after ? endOf(after) : `${after}00`;
  return { from: from > prefix ? from : prefix };
}
