/** What the commands about sharing take. */
import { readFile } from 'node:fs/promises';
import { BadConfigError, UsageError } from './errors.ts';

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** "30m", "12h", "7d", "2w" from now on, in Unix seconds. */
export function parseExpiry(text: string, nowSeconds: number): number {
  const [, count, unit] = /^([1-9][0-9]{0,5})([mhdw])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new UsageError(`"${text}" is no time.`, 'Write for example 30m, 12h, 7d or 2w.');
  return Math.floor(nowSeconds) + Number(count) * (SECONDS[unit] ?? 0);
}

/** As it is, from a file, or from standard input (-): a secret need not be seen in the list of processes. */
export async function readText(given: string, isText: (text: string) => boolean): Promise<string> {
  if (isText(given)) return given;
  if (given === '-') {
    const parts: Buffer[] = [];
    for await (const part of process.stdin) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8').trim();
  }
  const text = await readFile(given, 'utf8').catch((cause: unknown) => {
    throw new BadConfigError(given, 'is neither a grant nor a link, nor a file that can be read', { cause });
  });
  return text.trim();
}

/** Addresses may be separated by commas as well. */
export function listed(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
}
