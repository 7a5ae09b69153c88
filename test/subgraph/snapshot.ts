/** Entities of one block, type by type, as the query endpoint gives them: references are ids, BigInts and Bytes are text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
export type Snapshot = (type: string) => Promise<ReadonlyMap<string, Row>>;

export function textOf(row: Row, field: string): string {
  const value = row[field];
  if (typeof value !== 'string') throw new Error(`${field} of ${String(row['id'])} is ${JSON.stringify(value)}, not text`);
  return value;
}

export function bigintOf(row: Row, field: string): bigint {
  return BigInt(textOf(row, field));
}

export function numberOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value !== 'number') throw new Error(`${field} of ${String(row['id'])} is ${JSON.stringify(value)}, not a number`);
  return value;
}
