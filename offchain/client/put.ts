/** Storing files: encoded here, sent to all providers, confirmed by a quorum of them, committed on the chain. */
import type { Hex } from 'viem';
import type { Chunking } from '../codec/chunk.ts';
import type { Compression } from '../codec/compress.ts';
import type { Visibility } from '../codec/manifest-ref.ts';
import type { Pages } from '../codec/pages.ts';
import type { BundleStats } from '../codec/store-objects.ts';
import type { WalkProblem } from '../codec/walk-node.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { ConcurrentUploadError, type SlotFailure } from './errors.ts';
import { encodeUpload } from './encode-upload.ts';
import { knownChunks } from './known-chunks.ts';
import { followedBundles, loadCatalog } from './local-state.ts';
import { publishName } from './name-record.ts';
import { pickAgreement } from './pick-agreement.ts';
import type { OnProgress } from './progress.ts';
import { sendSealKey } from './send-seal-key.ts';
import { type SourceFacts, scan } from './source.ts';
import { type ChosenSource, chosenSource } from './chosen-source.ts';
import { syncCatalog } from './sync-catalog.ts';
import { textDigest } from './text-digest.ts';
import { Journal } from './upload/journal.ts';
import { storeBundle } from './upload/store-bundle.ts';
import { withPages } from './with-pages.ts';

export interface PutOptions extends ChosenSource {
  readonly name: string;
  /** The only running agreement when left out. */
  readonly agreement?: number | undefined;
  readonly visibility?: Visibility | undefined;
  /** False stores every chunk anew. */
  readonly dedupe?: boolean | undefined;
  /** How private content is cut; FastCDC with a mean of 1 MiB when left out. Reading needs no setting. */
  readonly chunking?: Chunking | undefined;
  /** Of chunks that are not stored yet; zstd at its usual level when left out. Reading needs no setting. */
  readonly compression?: Compression | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PutResult {
  readonly name: string;
  readonly contentId: string;
  readonly agreement: number;
  /** True: exactly this is stored already; nothing was sent or paid. The fields below then describe nothing new. */
  readonly unchanged: boolean;
  /** Null when unchanged. */
  readonly bundle: number | null;
  readonly batches: number;
  /** Slots whose receipts are on the chain. */
  readonly receipts: readonly number[];
  /** Slots without this upload: up to m of them may be missing without loss. */
  readonly lost: readonly SlotFailure[];
  readonly transactionHash: Hex | undefined;
  readonly stats: BundleStats;
  /** What could not be stored as it is, file by file. */
  readonly problems: readonly WalkProblem[];
  /** Heavy nodes that took the name record. None: it is found through the chain, and the next upload publishes it. */
  readonly published: number;
}

/** Another machine may commit between our look at the chain and our commit; then everything is based on its catalog anew. */
const TRIES = 3;

/**
 * Returns only when the upload is committed: a quorum of providers has signed that it holds everything on disk.
 * Killed or cancelled and run again, it sends and pays nothing twice.
 * @throws BusyElsewhereError, AgreementError, QuotaExceededError (nothing was committed or paid), NothingReadableError, NotStoredError, WrongKeyError, ContractRevertError, RpcUnavailableError, AbortedError
 */
export function put(client: Client, options: PutOptions): Promise<PutResult> {
  const what = `Storing ${JSON.stringify(options.name)}`;
  return abortable(what, options.signal, () => client.state.exclusively(what, async () => {
    let isRead = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await withPages(client, (pages) => putOnce(client, options, { pages, onRead: () => (isRead = true) }));
      } catch (error) {
        if (!(error instanceof ConcurrentUploadError) || attempt === TRIES || (isRead && options.source?.isOnce === true)) throw error;
      }
    }
  }));
}

async function putOnce(client: Client, options: PutOptions, { pages, onRead }: { readonly pages: Pages; readonly onRead: () => void }): Promise<PutResult> {
  const { name, onProgress, signal } = options;
  const catalog = await syncCatalog(client, { signal });
  const view = await pickAgreement(client, options.agreement);
  // Committed between our two looks at the chain: the catalog would not know it.
  if (view.state.bundles > ((await followedBundles(client)).get(view.id) ?? 0)) throw new ConcurrentUploadError(view.id, view.state.bundles - 1);
  onRead();
  const problems: WalkProblem[] = [];
  const facts = await scan(chosenSource(client, options), { onProblem: (problem) => problems.push(problem), signal, pages });
  onProgress?.({ stage: 'scan', doneBytes: facts.bytes, totalBytes: facts.bytes });
  const known = await knownChunks(client, view.id, { signal, pages });
  const key = { agreement: view.id, name, sourceDigest: digestOf(options, facts) };
  const journal = await Journal.open(client.state, key, Date.now());
  const batches = encodeUpload(client, { ...options, view, catalog, known, facts, problems, pages, created: journal.created });
  const { result, stored } = await storeBundle(client, { view, journal, batches, onProgress, signal });
  if (stored === null) await journal.drop();
  onProgress?.({ stage: 'publish', doneBytes: facts.bytes, totalBytes: facts.bytes });
  const [{ accepted }] = await Promise.all([publishQuietly(client), sendSealKey(client, view.id)]);
  return {
    name,
    contentId: result.manifest.contentId,
    agreement: view.id,
    unchanged: result.unchanged,
    bundle: stored?.bundle ?? null,
    batches: stored?.batches ?? 0,
    receipts: stored?.receipts ?? [],
    lost: stored?.lost ?? [],
    transactionHash: stored?.transactionHash,
    stats: result.stats,
    problems,
    published: accepted,
  };
}

/** The upload is stored already; a heavy node that is away must not turn that into a failure. */
async function publishQuietly(client: Client): Promise<{ accepted: number }> {
  try {
    return await publishName(client);
  } catch {
    return { accepted: (await loadCatalog(client)).published ? 1 : 0 };
  }
}

/** Which uploads count as the same one. Fragments are told apart by their content anyway: a newer catalog changes only the last batches. */
function digestOf({ visibility, dedupe, chunking, compression }: PutOptions, facts: SourceFacts): string {
  const text = JSON.stringify([facts.digest, visibility ?? 'private', dedupe ?? true, chunking ?? 'cdc', ...(compression === undefined ? [] : [compression])]);
  return textDigest(text);
}
