/** What `--by` and `--csv` ask of a statement; ../earnings/tables.ts makes the tables. */
import { writeFile } from 'node:fs/promises';
import { GROUPINGS } from '../earnings/group.ts';
import type { Grouping } from '../earnings/group.ts';
import { BadOutputError, UsageError } from './errors.ts';
import type { Output } from './output.ts';

export interface TableOptions {
  readonly by?: string;
  readonly csv?: string;
}

/** @throws UsageError */
export function groupingOf(by: string | undefined): Grouping {
  const found = GROUPINGS.find((one) => one === (by ?? 'period'));
  if (found === undefined) throw new UsageError(`"${by}" is no grouping.`, `Take ${GROUPINGS.join(', ')}.`);
  return found;
}

/** `-`: to standard output, instead of the result. @throws BadOutputError */
export async function writeTable(output: Output, file: string, text: string): Promise<void> {
  if (file === '-') return void process.stdout.write(text);
  await writeFile(file, text).catch((cause: unknown) => {
    throw new BadOutputError(file, cause);
  });
  output.note(`${text.split('\r\n').length - 2} lines are in ${file}.`);
}
