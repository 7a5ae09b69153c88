import { InterruptedError } from './errors.ts';

/** Arrows and the like. */
// eslint-disable-next-line no-control-regex
const KEYS = /\u001b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])/g;
/** What was typed ahead of the next question. */
let ahead = '';

/** One line from the terminal, asked for on standard error. A secret is not shown. Ctrl-D ends the line. Throws InterruptedError for Ctrl-C. */
export async function ask(question: string, { isSecret }: { readonly isSecret: boolean }): Promise<string> {
  const { stdin, stderr } = process;
  // First, so that nothing is shown and Ctrl-C ends nothing halfway, however fast the answer comes.
  stdin.setRawMode(true);
  stderr.write(question);
  stdin.setEncoding('utf8');
  stdin.resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = '';
      const onData = (text: string) => {
        const characters = [...text.replace(KEYS, '')];
        for (const [i, character] of characters.entries()) {
          if (character === '\r' || character === '\n' || character === '\u0004') {
            stdin.off('data', onData);
            ahead = characters.slice(i + 1).join('');
            return resolve(typed);
          }
          if (character === '\u0003') {
            stdin.off('data', onData);
            return reject(new InterruptedError('Ctrl-C'));
          }
          if (character === '\u007f') {
            if (!isSecret && typed !== '') stderr.write('\b \b');
            typed = [...typed].slice(0, -1).join('');
          } else if (character >= ' ') {
            if (!isSecret) stderr.write(character);
            typed += character;
          }
        }
      };
      stdin.on('data', onData);
      const waiting = ahead;
      ahead = '';
      if (waiting !== '') onData(waiting);
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
