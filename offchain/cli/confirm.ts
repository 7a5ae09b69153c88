import { HoldfastError } from '../wire/errors.ts';
import { ask } from './ask.ts';
import { UsageError } from './errors.ts';

/** Asks on the terminal. Throws DECLINED for anything but yes, InterruptedError for Ctrl-C, UsageError where nobody can answer. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('There is no terminal to ask on.', 'Give --yes.');
  const answer = await ask(question, { isSecret: false });
  if (!/^y(es)?$/i.test(answer.trim())) throw new HoldfastError('DECLINED', 'Nothing was signed.');
}
