import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEvm, type Contract, type Evm } from './evm.ts';

/** One harness of test/contracts/harness on a chain of its own. */
export async function withHarness(name: string, body: (evm: Evm, harness: Contract) => Promise<void>): Promise<void> {
  const evm = await createEvm();
  try {
    await body(evm, await evm.deploy(name));
  } finally {
    await evm.close();
  }
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors', `${name}.json`), 'utf8')) as T;
}
