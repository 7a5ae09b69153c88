/** Taking and reading what others have shared. */
import type { FetchedShare } from '../client/share/fetch-grant.ts';
import { showProgress, withClient } from './client-session.ts';
import type { CommonOptions } from './config.ts';
import { PartialError, UsageError } from './errors.ts';
import { failedFiles } from './failed-files.ts';
import type { Output } from './output.ts';
import { readText } from './share-arguments.ts';
import { fetchedLines, receivedLines } from './share-report.ts';

export interface AcceptArguments extends CommonOptions {
  readonly path?: string;
  readonly maxReadPrice?: string;
}

/** A grant or a link, as text or in a file, or the number or name of a share that `holdfast shared` lists. */
export async function runAccept(what: string, into: string | undefined, options: AcceptArguments): Promise<void> {
  const { isLink } = await import('../client/share/link.ts');
  const { GRANT_PREFIX } = await import('../client/share/share.ts');
  const { acceptGrant, listReceived } = await import('../client/share/accept.ts');
  const { fetchShared } = await import('../client/share/fetch-shared.ts');
  if (isLink(what)) return runLink(what, into, options);
  const isNumber = /^0x[0-9a-f]{4,64}$/i.test(what);
  const { access } = await import('node:fs/promises');
  const isFile = what === '-' || what.startsWith(GRANT_PREFIX) || (!isNumber && (await access(what).then(() => true, () => false)));
  const text = isFile ? await readText(what, (one) => one.startsWith(GRANT_PREFIX)) : undefined;
  if (text !== undefined && isLink(text)) return runLink(text, into, options);
  await withClient(options, async ({ client, output, signal }) => {
    const accepted = text === undefined ? undefined : await acceptAny(text, (one) => acceptGrant(client, { text: one, signal }));
    const share = accepted?.id ?? what;
    if (into === undefined) {
      const shares = accepted === undefined ? (await listReceived(client, { signal })).filter(({ id, label }) => id.startsWith(what) || label === what) : [accepted];
      return output.result({ shares }, () => receivedLines(shares));
    }
    const { onProgress, done } = showProgress(options);
    report(output, into, await fetchShared(client, { share, into, path: options.path, onProgress, signal }).finally(done));
  });
}

/** A file may hold the grants of several recipients: the one that is for this wallet counts. */
async function acceptAny<T>(text: string, accept: (text: string) => Promise<T>): Promise<T> {
  const { GRANT_PREFIX } = await import('../client/share/share.ts');
  const grants = text.split(new RegExp(`(?=${GRANT_PREFIX})`)).filter((one) => one.trim() !== '');
  let failure: unknown;
  for (const one of grants.length === 0 ? [text] : grants) {
    try {
      return await accept(one);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

export async function runLink(link: string, into: string | undefined, options: AcceptArguments): Promise<void> {
  if (into === undefined || into === '-') throw new UsageError('Say into which folder.', 'Write for example: holdfast get LINK folder');
  const { withReader } = await import('./reader-session.ts');
  const { fetchLink } = await import('../client/share/fetch-link.ts');
  await withReader(options, async ({ reader, output, signal }) => {
    const { onProgress, done } = showProgress(options);
    report(output, into, await fetchLink(reader, { link, into, path: options.path, onProgress, signal }).finally(done));
  });
}

function report(output: Output, into: string, fetched: FetchedShare): void {
  const failed = failedFiles(fetched);
  output.result({ ...fetched, failed }, () => fetchedLines(fetched, into));
  if (failed.length > 0) throw new PartialError(`${failed.length} files could not be fetched (first: ${failed[0]?.path}: ${failed[0]?.reason}); ${fetched.restored} are there.`, { details: { failed }, nextStep: 'Run it again when more providers are up.' });
}
