/** A creator's policy, read from a file. */
import { readFile } from 'node:fs/promises';
import { HoldfastError } from '../wire/errors.ts';
import { type PolicyFile, parsePolicy } from './placement-policy.ts';

/** @throws HoldfastError BAD_POLICY */
export async function readPolicy(path: string): Promise<PolicyFile> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new HoldfastError('BAD_POLICY', `The policy ${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, { cause, nextStep: 'Check the path, and that it is JSON.' });
  }
  return parsePolicy(value, `The policy ${path}`);
}
