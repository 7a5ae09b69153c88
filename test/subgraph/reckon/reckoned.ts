/** What entities have to say by the reckoning, by type and id. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Reckoned {
  readonly type: string;
  readonly rows: ReadonlyMap<string, Fields>;
  /** An entity that the index does not have counts as one whose numbers are all zero: its first event makes it. */
  readonly isSparse?: boolean;
}

export function rowsOf<T>(items: Iterable<T>, of: (item: T) => readonly [id: string, fields: Fields]): Map<string, Fields> {
  return new Map(Array.from(items, of));
}

/** One after the other, so that questions to the chain do not pile up. */
export async function rowsOfEach<T>(items: Iterable<T>, of: (item: T) => Promise<readonly [id: string, fields: Fields]>): Promise<Map<string, Fields>> {
  const rows = new Map<string, Fields>();
  for (const item of items) rows.set(...(await of(item)));
  return rows;
}
