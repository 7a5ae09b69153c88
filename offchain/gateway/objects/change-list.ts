/** The list of changes in a pack: JSON lines, the first of which says what it belongs to. */
import { z } from 'zod';
import { BadPackError } from './errors.ts';
import type { PackName } from './packs.ts';
import { Change } from './records.ts';

export const PackHead = z.strictObject({
  format: z.literal('holdfast-objects/1'),
  pack: z.number().int().min(1).max(999_999_999),
  /** Which home folder wrote it. */
  writer: z.string().regex(/^[0-9a-f]{32}$/),
  /** Of the newest change in it. */
  sequence: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  isWhole: z.boolean(),
});
export type PackHead = z.output<typeof PackHead>;

/** More than any change takes that the store writes, four bytes for each character. */
const LINE_BYTES_MAX = 32 << 20;
const BLOCK_CHARS = 256 << 10;

export async function* changeLines(head: PackHead, changes: Iterable<Change> | AsyncIterable<Change>): AsyncGenerator<Uint8Array, void> {
  let text = `${JSON.stringify(head)}\n`;
  for await (const change of changes) {
    text += `${JSON.stringify(change)}\n`;
    if (text.length < BLOCK_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** @throws BadPackError at the first thing that this program would not have written */
export async function* readChangeList(name: string, expected: PackName, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<PackHead | Change, void> {
  let isFirst = true;
  for await (const line of linesOf(name, bytes)) {
    const parsed = (isFirst ? PackHead : Change).safeParse(json(name, line));
    if (!parsed.success) throw new BadPackError(name, parsed.error.issues[0]?.message ?? 'it is malformed');
    const row = parsed.data;
    if ('format' in row && (row.pack !== expected.number || row.isWhole !== expected.isWhole)) throw new BadPackError(name, `it calls itself number ${row.pack}`);
    isFirst = false;
    yield row;
  }
  if (isFirst) throw new BadPackError(name, 'it is empty');
}

function json(name: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BadPackError(name, `a line is no JSON (${String(cause)})`);
  }
}

async function* linesOf(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of bytes) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      yield Buffer.concat([...parts, piece.subarray(from, end)]).toString('utf8');
      parts = [];
      sizeBytes = 0;
      from = end + 1;
    }
    // A copy: the piece's memory is used again.
    parts.push(piece.slice(from));
    sizeBytes += piece.length - from;
    if (sizeBytes > LINE_BYTES_MAX) throw new BadPackError(name, 'a line is too long');
  }
  if (sizeBytes > 0) throw new BadPackError(name, 'its last line has no end');
}
