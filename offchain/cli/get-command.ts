/** `holdfast get`: into a folder, or to standard output. */
import { pipeline } from 'node:stream/promises';
import { findKept } from '../client/adopt/find-kept.ts';
import { NoSuchObjectError } from '../client/errors.ts';
import type { ExistingRule } from '../client/existing-files.ts';
import { get } from '../client/get.ts';
import { fetchLocation } from '../client/named/fetch-location.ts';
import { type ReadStoredOptions, readStored } from '../client/read-stored.ts';
import type { RestoreResult } from '../codec/restore-node.ts';
import { type ClientSession, showProgress, withClient } from './client-session.ts';
import type { CommonOptions } from './config.ts';
import { BadOutputError, PartialError, UsageError } from './errors.ts';
import { failedFiles } from './failed-files.ts';
import { getLines } from './get-report.ts';
import { formatBytes, parseCount } from './units.ts';

export interface GetArguments {
  readonly version?: string;
  readonly path?: string;
  readonly existing: ExistingRule;
  readonly range?: string;
  readonly archive?: string;
  readonly maxReadPrice?: string;
}

type GetOptions = CommonOptions & GetArguments;

/** CIDv1 in base32, as Holdfast and IPFS write it. */
const CONTENT_ID = /^b[a-z2-7]{40,120}$/;

export async function runGet(name: string, into: string, options: GetOptions): Promise<void> {
  if (options.range !== undefined || options.archive !== undefined) throw new UsageError('--range and --archive are for standard output.', 'Write - in place of the folder.');
  const version = versionOf(options);
  const { path, existing } = options;
  await withClient(options, async (session) => {
    const { client, output, signal } = session;
    const { onProgress, done } = showProgress(options);
    const restored = await get(client, { name, into, version, path, existing, signal, onProgress })
      .catch((error: unknown) => {
        if (!(error instanceof NoSuchObjectError) || version !== undefined || !CONTENT_ID.test(name)) throw error;
        return fetchKept(session, { contentId: name, into, path, existing, onProgress, unknown: error });
      })
      .finally(done);
    const failed = failedFiles(restored);
    output.result({ ...restored, failed }, () => getLines(restored));
    throwIfFailed(restored, failed);
  });
}

/** What somebody else keeps for everybody, at the first place that gives it. */
async function fetchKept(
  { client, signal }: Pick<ClientSession, 'client' | 'signal'>,
  { contentId, unknown, ...request }: { contentId: string; into: string; path: string | undefined; existing: ExistingRule; onProgress: ReturnType<typeof showProgress>['onProgress']; unknown: Error },
) {
  let failure: unknown = unknown;
  for (const { location } of await findKept(client, { contentId, signal })) {
    try {
      const fetched = await fetchLocation(client, { ...request, location, signal });
      return { ...fetched, name: contentId, version: 1 };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** Bytes go to standard output; the facts, and the error that cut them short, to standard error. */
export async function runGetToOutput(name: string, options: GetOptions): Promise<void> {
  if (options.json === true) throw new UsageError('Standard output takes the bytes, so --json has no place there.', 'Restore into a folder, or leave out --json.');
  const request: ReadStoredOptions = { name, version: versionOf(options), path: options.path, range: options.range === undefined ? undefined : parseRange(options.range), asTar: options.archive === 'tar' };
  if (request.range !== undefined && request.asTar === true) throw new UsageError('A range is of one file, not of a tar.', 'Give one of the two.');
  if (process.stdout.isTTY) throw new UsageError('The bytes would go to the terminal.', 'Pipe them on, or send them to a file with >.');
  await withClient(options, async ({ client, output, signal }) => {
    const { onProgress, done } = showProgress(options);
    const stored = await readStored(client, { ...request, onProgress, signal });
    let isRead = true;
    await pipeline(stored.bytes(), async function* (pieces) {
      // A piece is valid until the next one is asked for, and standard output may still be writing it then.
      for await (const piece of pieces) yield Buffer.from(piece);
    }, process.stdout, { signal, end: false })
      .catch((error: NodeJS.ErrnoException) => {
        // Whoever reads has enough of it.
        if (error.code !== 'EPIPE') throw error.syscall === 'write' ? new BadOutputError('Standard output', error) : error;
        isRead = false;
      })
      .finally(done);
    if (isRead) output.note(`"${stored.name}", version ${stored.version}: ${formatBytes(stored.sizeBytes)}`);
  });
}

function versionOf({ version }: GetOptions): number | undefined {
  return version === undefined ? undefined : parseCount(version, { what: 'a version', max: 2 ** 32 - 1 });
}

/** "0-1023" (both included), "4096-", "-512". @throws UsageError */
export function parseRange(text: string): NonNullable<ReadStoredOptions['range']> {
  const match = /^(\d{0,15})-(\d{0,15})$/.exec(text);
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last !== '' && Number(last) > 0) return { last: Number(last) };
  if (first !== '' && last === '') return { start: Number(first) };
  if (first !== '' && Number(first) <= Number(last)) return { start: Number(first), end: Number(last) + 1 };
  throw new UsageError(`"${text}" is no range.`, 'Write 0-1023 (both included), 4096- or -512 (the last 512 bytes).');
}

function throwIfFailed({ restored }: RestoreResult, failed: readonly { path: string; reason: string }[]): void {
  const [first] = failed;
  if (first === undefined) return;
  throw new PartialError(`${failed.length} files could not be restored (first: ${first.path}: ${first.reason}); ${restored} are there.`, { details: { failed }, nextStep: 'Run it again when more providers are up.' });
}
