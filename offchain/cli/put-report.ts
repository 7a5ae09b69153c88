import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { PutPreview } from '../client/preview-put.ts';
import type { PutResult } from '../client/put.ts';
import { UsageError } from './errors.ts';
import { isShareName } from './program-names.ts';
import { formatBytes } from './units.ts';

/** The name that was given, or that of the only path. */
export function putName(paths: readonly string[], name: string | undefined): string {
  if (name !== undefined) return checkedName(name);
  const [only] = paths;
  if (only === '-') throw new UsageError('Standard input has no name.', 'Give --name.');
  if (paths.length !== 1 || only === undefined) throw new UsageError('Several paths have no common name.', 'Give --name.');
  return checkedName(basename(resolve(only)));
}

/** What shares keep is left out of restores: nobody's only copy may lie there. */
export function checkedName(name: string): string {
  if (!isShareName(name)) return name;
  throw new UsageError(`Names that begin with ".holdfast/" are for what shares keep, and are not restored.`, 'Take another name.');
}

export async function checkPaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await stat(path).catch((cause: unknown) => {
      throw new UsageError(`${path} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}).`);
    });
  }
}

export function putLines(stored: PutResult): string[] {
  const { stats } = stored;
  if (stored.unchanged) return [`"${stored.name}" is stored already, exactly like this (${stored.contentId}); nothing was sent or paid.`];
  return [
    `Stored      "${stored.name}" as ${stored.contentId}`,
    `Where       agreement ${stored.agreement}, bundle ${stored.bundle ?? 0}: ${stored.batches} batches, confirmed by ${stored.receipts.length} providers`,
    `Files       ${stats.files} (${formatBytes(stats.plainBytes)})`,
    `Saved       ${formatBytes(stats.dedupedBytes)} stored before, the rest compressed to ${formatBytes(stats.storedBytes)}`,
    ...(stored.lost.length === 0 ? [] : [`Missing     ${stored.lost.length} providers: ${stored.lost.map(({ provider, reason }) => `${provider} (${reason})`).join(', ')}`]),
  ];
}

export function previewLines({ name, agreement, unchanged, batches, freeBatches, fits, sendBytes, stats }: PutPreview): string[] {
  if (unchanged) return [`"${name}" is stored already, exactly like this: nothing would be sent.`];
  return [
    `Would store "${name}" in agreement ${agreement}`,
    `Files       ${stats.files} (${formatBytes(stats.plainBytes)}), of which ${formatBytes(stats.dedupedBytes)} are stored already`,
    `New         ${formatBytes(stats.storedBytes)} after compression, in ${batches} of ${freeBatches} free batches${fits ? '' : ': too many, see holdfast grow'}`,
    `To send     ${formatBytes(sendBytes)} to all providers together`,
    'Cost        no tokens, for the space is paid; one transaction on the chain',
    'Nothing was sent.',
  ];
}
