import { createInterface } from 'node:readline/promises';
import { HoldfastError } from '../wire/errors.ts';
import { UsageError } from './errors.ts';

/** Asks on the terminal. Throws DECLINED for anything but yes, UsageError where nobody can answer. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('There is no terminal to ask on.', 'Give --yes.');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(question);
    if (!/^y(es)?$/i.test(answer.trim())) throw new HoldfastError('DECLINED', 'Nothing was signed.');
  } finally {
    prompt.close();
  }
}
