/** What a fragment must be, by the root on the chain, and who holds it. */
import { toHex } from 'viem';
import type { Chain } from '../chain/types.ts';
import { AgreementViews } from '../client/fetch/agreement-view.ts';
import type { SlotHost } from '../client/fetch/agreement-view.ts';
import { describeBundle } from '../client/fetch/bundle-description.ts';
import type { DescribedBundle } from '../client/fetch/bundle-description.ts';
import { ProviderHealth } from '../client/fetch/health.ts';
import { DEFAULT_POLICY } from '../client/policy.ts';
import { LEAF_SIZE } from '../proof/hash.ts';
import type { FragmentKey } from '../provider/errors.ts';
import { BoundedAnswers } from '../store/bounded-answers.ts';
import { PullError } from './errors.ts';

export interface KnownFragment {
  readonly root: Uint8Array;
  readonly leaves: number;
  readonly sizeBytes: number;
  /** Who holds the slot; undefined while it is vacant. */
  readonly host: SlotHost | undefined;
}

const BUNDLES_KEPT = 256;
/** Anybody may name any bundle of an agreement of which something is kept here, and one may be described in 33 MB. */
const BUNDLES_BYTES = 64 * 1024 * 1024;
const QUESTIONS_AT_ONCE = 2;
/** What a small array takes besides its content. */
const ARRAY_BYTES = 96;

export class KnownRoots {
  readonly #chain: Chain;
  readonly #views: AgreementViews;
  readonly #health = new ProviderHealth(DEFAULT_POLICY);
  readonly #bundles = new BoundedAnswers<DescribedBundle>({ maxBytes: BUNDLES_BYTES, maxEntries: BUNDLES_KEPT, atOnce: QUESTIONS_AT_ONCE, sizeOf });

  constructor(chain: Chain) {
    this.#chain = chain;
    this.#views = new AgreementViews(chain, DEFAULT_POLICY.viewMs);
  }

  /** @throws PullError NOT_IN_BUNDLE, NoDescriptionError, UnavailableError BUSY, ChainError (no such agreement or bundle), RpcUnavailableError */
  async find(key: FragmentKey, bundle: number): Promise<KnownFragment> {
    const { agreement, batchId, slot } = key;
    const view = await this.#views.get(agreement);
    const { batches } = await this.#describe(agreement, bundle);
    const batch = batches.find((one) => toHex(one.batchId) === batchId);
    const root = batch?.fragmentRoots[slot];
    if (root === undefined) throw new PullError('NOT_IN_BUNDLE', `bundle ${bundle} of agreement ${agreement} does not have it`, { ...key, bundle });
    const { leaves } = view.geometry;
    return { root, leaves, sizeBytes: leaves * LEAF_SIZE, host: view.hosts.find((one) => one.slot === slot) };
  }

  #describe(agreement: number, bundle: number): Promise<DescribedBundle> {
    return this.#bundles.get(`${agreement}/${bundle}`, async () => {
      const view = await this.#views.get(agreement);
      return describeBundle({ chain: this.#chain, health: this.#health, idleMs: DEFAULT_POLICY.idleMs }, { view, bundle });
    });
  }
}

function sizeOf({ batches }: DescribedBundle): number {
  return batches.reduce((sum, { fragmentRoots }) => sum + (fragmentRoots.length + 1) * (32 + ARRAY_BYTES), 0);
}
