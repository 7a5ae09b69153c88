import { readFile } from 'node:fs/promises';
import { ask } from './ask.ts';
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
  const password = await ask('Password: ', { isSecret: true });
  if (options.isNew === true && (await ask('The same again: ', { isSecret: true })) !== password) throw new UsageError('The two passwords differ.');
  return password;
}

async function fromFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new UsageError(`The password file ${path} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}).`);
  }
}

const LENGTH_MIN = 8;
/** The first guesses of everybody who finds a keystore. */
const GUESSED_FIRST = new Set(['password', 'password1', 'passw0rd', '12345678', '123456789', '1234567890', 'qwertyuiop', 'qwerty123', 'iloveyou', 'holdfast', 'letmein1', '11111111']);

/** For a new keystore: whoever gets the file tries the obvious at leisure. @throws UsageError */
export function refuseWeakPassword(password: string): void {
  if (password === '') throw new UsageError('The password is empty.', 'Choose one of at least 8 characters.');
  if (password.length < LENGTH_MIN) throw new UsageError(`The password has ${password.length} characters; it guards money and data, so ${LENGTH_MIN} are the least.`, 'Some unrelated words in a row are easy to keep and hard to guess.');
  if (new Set(password).size < 4 || GUESSED_FIRST.has(password.toLowerCase())) throw new UsageError('The password is among the first that anybody would try.', 'Some unrelated words in a row are easy to keep and hard to guess.');
}
