import { readFile } from 'node:fs/promises';
import { UsageError } from './errors.ts';

export interface PasswordOptions {
  readonly passwordFile?: string | undefined;
  /** Ask twice, for a new password. */
  readonly isNew?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** From --password-file, else HOLDFAST_PASSWORD, else asked for without echo. Never from an argument, which every user of the machine can read. */
export async function readPassword(options: PasswordOptions): Promise<string> {
  if (options.passwordFile !== undefined) return fromFile(options.passwordFile);
  const fromEnv = (options.env ?? process.env)['HOLDFAST_PASSWORD'];
  if (fromEnv !== undefined) return fromEnv;
  if (!process.stdin.isTTY) {
    throw new UsageError('A password is needed and there is no terminal to ask on.', 'Set HOLDFAST_PASSWORD or give --password-file.');
  }
  const password = await ask('Password: ');
  if (options.isNew === true && (await ask('The same again: ')) !== password) throw new UsageError('The two passwords differ.');
  return password;
}

async function fromFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new UsageError(`The password file ${path} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}).`);
  }
}

/** One line from the terminal; what is typed is not shown. Ctrl-C ends the process as it does elsewhere. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = '';
      const onData = (text: string) => {
        for (const character of text) {
          if (character === '\r' || character === '\n' || character === '\u0004') {
            stdin.off('data', onData);
            return resolve(typed);
          }
          if (character === '\u0003') {
            stdin.off('data', onData);
            return reject(new UsageError('No password was given.'));
          }
          typed = character === '\u007f' ? [...typed].slice(0, -1).join('') : typed + character;
        }
      };
      stdin.on('data', onData);
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
