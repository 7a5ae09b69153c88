/** Shows new words once and makes sure that they were written down; reads words that somebody has. */
import { ask } from './ask.ts';
import { UsageError } from './errors.ts';
import { checkPhrase, newPhrase, placesToAsk } from './recovery-phrase.ts';
import type { WordCount } from './recovery-phrase.ts';

const TRIES = 3;
const PHRASE_BYTES_MAX = 1024;
const WORDS_PER_ROW = 4;
/** The screen, and what has scrolled out of it. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/** On the terminal only: standard output may be a file. @throws UsageError where there is none, or the words are not known afterwards */
export async function showNewPhrase(words: WordCount): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) throw new UsageError('New words are shown on a terminal, and there is none.', 'Run it on one; scripts make their words themselves and give them with --phrase on standard input.');
  const phrase = newPhrase(words);
  const list = phrase.split(' ');
  stderr.write(['These words are the wallet: whoever has them has its money and its data, and nobody can restore them.', 'Write them down now; they are shown once.', '', ...rowsOf(list), '', ''].join('\n'));
  await ask('Enter when they are written down: ', { isSecret: true });
  stderr.write(CLEAR);
  for (let attempt = 1; ; attempt++) {
    const places = placesToAsk(words);
    const answers: string[] = [];
    for (const place of places) answers.push((await ask(`Word ${place}: `, { isSecret: false })).trim().toLowerCase());
    if (places.every((place, i) => answers[i] === list[place - 1])) return phrase;
    if (attempt === TRIES) throw new UsageError('These are not the words that were shown; no wallet was made.', 'Begin anew: other words will be shown.');
    stderr.write('That is not what was shown. Once more:\n');
  }
}

/** Typed without being shown on a terminal, else all of standard input. @throws UsageError */
export async function readPhrase(): Promise<string> {
  if (process.stdin.isTTY) return checkPhrase(await ask('Recovery phrase (not shown): ', { isSecret: true }));
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += piece as string;
    if (text.length > PHRASE_BYTES_MAX) throw new UsageError('Standard input holds more than a recovery phrase.', 'Give 12 to 24 words and nothing else.');
  }
  return checkPhrase(text);
}

function rowsOf(words: readonly string[]): string[] {
  const cells = words.map((word, i) => `${String(i + 1).padStart(2)}. ${word.padEnd(9)}`);
  return Array.from({ length: Math.ceil(cells.length / WORDS_PER_ROW) }, (_, row) => `  ${cells.slice(row * WORDS_PER_ROW, (row + 1) * WORDS_PER_ROW).join('  ')}`.trimEnd());
}
