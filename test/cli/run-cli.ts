import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { EXIT, exitCodeOf } from '../../offchain/cli/exit-codes.ts';
import { createProgram } from '../../offchain/cli/program.ts';
import { toErrorBody } from '../../offchain/wire/errors.ts';

export const MAIN = fileURLToPath(new URL('../../offchain/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `holdfast` as a shell would; standard input is closed, or holds `stdin` and nothing more, so nothing can be asked. */
export async function runCli(args: readonly string[], options: { env?: Readonly<Record<string, string>>; stdin?: string | Uint8Array } = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...withoutPassword(), ...options.env } });
  // A command that ends without reading closes the pipe.
  child.stdin.on('error', () => undefined).end(options.stdin);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** Runs it on a pseudo terminal; `answer` is asked after every piece of output. `words`: those of the list that was shown. */
export async function onTerminal(args: readonly string[], more: Readonly<Record<string, string>>, answer: (text: string, words: readonly string[]) => string | undefined): Promise<{ code: number | null; text: string; words: string[] }> {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...more } });
  let [text, words, answered] = ['', [] as string[], 0];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (words.length === 0 && /written down/.test(text)) words = [...text.matchAll(/\d+\. ([a-z]+)/g)].map((match) => match[1] ?? '');
    const reply = answer(text.slice(answered), words);
    if (reply === undefined) return;
    answered = text.length;
    child.stdin.write(reply);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text, words };
}

/** What the program makes of a command line that fails, in this process: the sentence, and what the process would end with. */
export async function callCli(args: readonly string[]): Promise<{ code: number; said: string }> {
  const program = createProgram();
  let said = '';
  const listen = (command: Command): void => {
    command.configureOutput({ writeErr: (text) => void (said += text), writeOut: () => undefined });
    command.commands.forEach(listen);
  };
  listen(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { code: 0, said };
  } catch (error) {
    return error instanceof CommanderError ? { code: EXIT.usage, said } : { code: exitCodeOf(error), said: toErrorBody(error).message + (toErrorBody(error).nextStep ?? '') };
  }
}

export async function temporaryFolder(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-cli-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function withoutPassword(): NodeJS.ProcessEnv {
  const { HOLDFAST_PASSWORD: _, ...env } = process.env;
  return env;
}
