/** What an upload would store and send, without sending anything. */
import type { BundleStats } from '../codec/store-objects.ts';
import type { WalkProblem } from '../codec/walk-node.ts';
import { abortable } from './aborting.ts';
import { chosenSource } from './chosen-source.ts';
import type { Client } from './client.ts';
import { encodeUpload } from './encode-upload.ts';
import { knownChunks } from './known-chunks.ts';
import { pickAgreement } from './pick-agreement.ts';
import type { PutOptions } from './put.ts';
import { scan } from './source.ts';
import { syncCatalog } from './sync-catalog.ts';
import { withPages } from './with-pages.ts';

export interface PutPreview {
  readonly name: string;
  readonly agreement: number;
  /** True: exactly this is stored already. */
  readonly unchanged: boolean;
  /** Of space, and how many the agreement has left. */
  readonly batches: number;
  readonly freeBatches: number;
  readonly fits: boolean;
  /** To all providers together. */
  readonly sendBytes: number;
  /** Token units: space is rented beforehand, so an upload itself costs none; its commit costs gas. */
  readonly cost: 0n;
  readonly stats: BundleStats;
  readonly problems: readonly WalkProblem[];
}

/** Takes as long as encoding does. @throws AgreementError, WrongKeyError, RpcUnavailableError, AbortedError */
export function previewPut(client: Client, options: PutOptions): Promise<PutPreview> {
  const { name, signal } = options;
  return abortable(`Looking at ${JSON.stringify(name)}`, signal, () => withPages(client, async (pages) => {
    const catalog = await syncCatalog(client, { signal });
    const view = await pickAgreement(client, options.agreement);
    const problems: WalkProblem[] = [];
    const facts = await scan(chosenSource(client, options), { onProblem: (problem) => problems.push(problem), signal, pages });
    const encoding = encodeUpload(client, { ...options, view, catalog, known: await knownChunks(client, view.id, { signal, pages }), facts, problems, pages, created: Date.now() });
    let step = await encoding.next();
    while (step.done !== true) {
      step.value.release();
      step = await encoding.next();
    }
    const { unchanged, batches, stats } = step.value;
    const { state, geometry } = view;
    const freeBatches = state.quota - (state.batches - state.retiredBatches);
    return { name, agreement: view.id, unchanged, batches, freeBatches, fits: batches <= freeBatches, sendBytes: batches * geometry.n * geometry.fragmentSize, cost: 0n, stats, problems };
  }));
}
