import type { Hex } from 'viem';
import type { Store } from '../store/open.ts';
import { NotFoundError } from '../wire/http-errors.ts';
import { unpackRoots } from './bundle-description.ts';
import type { Provider } from './context.ts';

/** Batches that are in memory at a time: of 64 slots, two megabytes of text. */
const PAGE_BATCHES = 512;

/** JSON of a `BundleDescription`, in pieces. */
export interface BundleDocument {
  readonly sizeBytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * The batches of a bundle and all their fragment roots; with `root` also of one that is not committed. A large bundle's is many megabytes, and anybody may ask for
 * it: never whole in memory.
 * @throws NO_SUCH_BUNDLE
 */
export async function getBundle(
  provider: Provider,
  request: { readonly agreement: number; readonly bundle: number; readonly root: Hex | undefined },
): Promise<BundleDocument> {
  const { store } = provider;
  const { agreement, bundle } = request;
  const root = (request.root ?? (await store.committedBundle.findUnique({ where: { agreement_bundle: { agreement, bundle } } }))?.root)?.toLowerCase();
  const first = root === undefined ? undefined : await store.bundleBatch.findFirst({ where: { agreement, root }, orderBy: { position: 'asc' } });
  if (root === undefined || first === undefined || first === null) {
    throw new NotFoundError(`Bundle ${bundle} of agreement ${agreement} is not described here.`, {
      code: 'NO_SUCH_BUNDLE',
      details: { agreement, bundle },
      nextStep: 'Ask the provider of another slot that acknowledged it.',
    });
  }
  const count = await store.bundleBatch.count({ where: { agreement, root } });
  // All batches of an agreement have as many roots, so their texts are equally long; commas stand between them.
  const batchBytes = textOf({ ...first, batchId: first.batchId as Hex }).length;
  const [head, tail] = [`{"root":"${root}","batches":[`, ']}'];
  return { sizeBytes: head.length + count * batchBytes + (count - 1) + tail.length, pieces: piecesOf(store, { agreement, root, head, tail }) };
}

async function* piecesOf(store: Store, { agreement, root, head, tail }: { readonly agreement: number; readonly root: string; readonly head: string; readonly tail: string }): AsyncGenerator<Uint8Array> {
  yield Buffer.from(head);
  for (let after = -1; ; ) {
    const rows = await store.bundleBatch.findMany({ where: { agreement, root, position: { gt: after } }, orderBy: { position: 'asc' }, take: PAGE_BATCHES });
    if (rows.length > 0) yield Buffer.from(`${after < 0 ? '' : ','}${rows.map((row) => textOf({ ...row, batchId: row.batchId as Hex })).join(',')}`);
    after = rows.at(-1)?.position ?? after;
    if (rows.length < PAGE_BATCHES) break;
  }
  yield Buffer.from(tail);
}

function textOf(row: Parameters<typeof unpackRoots>[0][number]): string {
  return JSON.stringify(unpackRoots([row])[0]);
}
