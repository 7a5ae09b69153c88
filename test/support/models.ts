import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Store } from '../../offchain/store/open.ts';

const SCHEMA = join(import.meta.dirname, '../../offchain/store/schema');

/** Reads every column of every model of the schema from a store without rows: a model without its SQL fails. */
export async function expectEmptyModels(store: Store): Promise<void> {
  const models = readdirSync(SCHEMA).flatMap((file) => [...readFileSync(join(SCHEMA, file), 'utf8').matchAll(/^model (\w+)/gm)].map((match) => match[1] ?? ''));
  expect(models.length).toBeGreaterThan(30);
  for (const model of models) {
    const delegate = `${model[0]?.toLowerCase()}${model.slice(1)}` as 'fact';
    expect(await store[delegate].findMany(), model).toEqual([]);
  }
}
