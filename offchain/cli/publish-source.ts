import { stat } from 'node:fs/promises';
import type { Client } from '../client/client.ts';
import { list } from '../client/list.ts';
import type { OnProgress } from '../client/progress.ts';
import { put } from '../client/put.ts';
import { UsageError } from './errors.ts';
import { putName } from './put-report.ts';

/**
 * The stored name to publish: `what` itself when something is stored under it, else the file or folder `what`, stored as public content now.
 * A path that begins with a dot or a slash is always a file.
 */
export async function storedToPublish(client: Client, what: string, options: { readonly agreement?: number | undefined; readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined }): Promise<string> {
  const isPath = /^\.{0,2}\//.test(what);
  if (!isPath && (await list(client, { signal: options.signal })).some(({ name, deleted }) => name === what && !deleted)) return what;
  await stat(what).catch(() => {
    throw new UsageError(`Nothing is stored as "${what}", and there is no such file.`, 'List the stored names with `holdfast ls`, or give a path.');
  });
  const name = putName([what], undefined);
  const { problems } = await put(client, { ...options, paths: [what], name, visibility: 'public' });
  const [first] = problems;
  if (first !== undefined) throw new UsageError(`${problems.length} of the files cannot be stored (first: ${first.path}), so nothing was published.`);
  return name;
}
