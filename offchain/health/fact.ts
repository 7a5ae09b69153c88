import type { CauseCode } from '../wire/condition.ts';

/** One thing that is wrong now. `about` tells two facts of one code apart: a loop, an address. */
export interface Fact {
  readonly code: CauseCode;
  readonly sentence: string;
  readonly about?: string;
}

const SENTENCE_CHARACTERS = 300;

/** The last line of an error's message: drivers put the statement, and paths of this machine, before it. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n').map((line) => line.trim()).findLast((line) => line !== '') ?? 'no reason given').slice(0, SENTENCE_CHARACTERS);
}
