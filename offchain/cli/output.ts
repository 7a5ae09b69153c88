import { styleText } from 'node:util';
import { toErrorBody } from '../wire/errors.ts';
import type { ErrorBody } from '../wire/errors.ts';
import { toJson } from '../wire/json.ts';

/** Where a command speaks. Results go to standard output, everything else to standard error. */
export interface Output {
  readonly isJson: boolean;
  /** A human line; silent with --json and --quiet. */
  say(text: string): void;
  /** A notice or warning, on standard error; silent with --quiet. */
  note(text: string): void;
  /** The command's result: one JSON line with --json, else the lines of `human`. */
  result(value: unknown, human: () => string | readonly string[]): void;
  fail(error: unknown): void;
}

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly out?: (text: string) => void;
  readonly err?: (text: string) => void;
}

export function createOutput(options: OutputOptions): Output {
  const { out = (text) => void process.stdout.write(text), err = (text) => void process.stderr.write(text) } = options;
  const isJson = options.json === true;
  const isQuiet = options.quiet === true;
  return {
    isJson,
    say: (text) => {
      if (!isJson && !isQuiet) out(`${text}\n`);
    },
    note: (text) => {
      if (!isQuiet) err(`${text}\n`);
    },
    result: (value, human) => {
      if (isJson) return out(`${toJson(value)}\n`);
      const lines = human();
      out(`${typeof lines === 'string' ? lines : lines.join('\n')}\n`);
    },
    fail: (error) => {
      if (isJson) out(`${toJson({ error: cleanBody(error) })}\n`);
      else err(`${styleText(['bold', 'red'], 'holdfast:', { stream: process.stderr })} ${sentence(error)}\n`);
      if (options.debug === true) err(`${error instanceof Error ? debugText(error) : String(error)}\n`);
    },
  };
}

/** Columns aligned by their widest cell; numbers-like columns to the right. */
export function table(rows: readonly (readonly string[])[], options: { right?: readonly number[] } = {}): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const pad = (cell: string, i: number) => (options.right?.includes(i) === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0));
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

function cleanBody(error: unknown): ErrorBody {
  const body = toErrorBody(error);
  return body.code === 'INTERNAL' ? { ...body, message: firstLine(body.message), nextStep: 'Run again with --debug for the whole story.' } : body;
}

function sentence(error: unknown): string {
  const body = cleanBody(error);
  return body.nextStep === undefined ? body.message : `${body.message} ${body.nextStep}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function debugText(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${debugText(error.cause)}` : own;
}
