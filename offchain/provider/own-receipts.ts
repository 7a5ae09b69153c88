import { acknowledge } from '../chain/acknowledge.ts';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { HoldfastError } from '../wire/errors.ts';
import { signTyped } from '../wire/typed-data.ts';
import { loadDescription } from './bundle-description.ts';
import type { Provider } from './context.ts';
import { requireFragments } from './post-bundle.ts';

/** Bundles that one look asks the chain about. */
const READS_PER_TICK = 100;

/**
 * Hands in receipts that did not make it into their commit, or whose sender went away: a slot that lacks a bundle for long may be dismissed.
 * Only for bundles whose every fragment is here and whole.
 */
export class OwnReceipts {
  readonly #provider: Provider;
  readonly #settled = new Set<string>();

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** After a reorganisation: receipts that were handed in may not be on the chain any more. */
  forget(): void {
    this.#settled.clear();
  }

  async tick(): Promise<void> {
    const { store } = this.#provider;
    let reads = 0;
    for (const { agreement, slot } of await store.heldSlot.findMany({ where: { state: 'held' } })) {
      for (const { bundle } of await store.committedBundle.findMany({ where: { agreement }, select: { bundle: true } })) {
        const key = `${agreement}/${slot}/${bundle}`;
        if (this.#settled.has(key)) continue;
        if (++reads > READS_PER_TICK) return;
        if (await this.#look({ agreement, slot, bundle })) this.#settled.add(key);
      }
    }
  }

  /** True when nothing is left to do about the bundle. */
  async #look(at: { agreement: number; slot: number; bundle: number }): Promise<boolean> {
    const { chain, store, account, domain, log } = this.#provider;
    const { agreement, slot, bundle } = at;
    const { root, acknowledged, retired, batches } = await readBundle(chain, agreement, bundle);
    if (retired !== 0 || ((acknowledged >> BigInt(slot)) & 1n) === 1n) return true;
    const described = await loadDescription(store, agreement, root.toLowerCase());
    if (described === undefined) return false;
    try {
      await requireFragments(this.#provider, { agreement, slot, batches: described });
      const signature = await signTyped(account, domain, 'Receipt', { agreement, bundle, root, batches, slot });
      await acknowledge(chain, { agreement, bundle, slot, signature });
      log.info('receipt.handed-in', at);
      return true;
    } catch (error) {
      if (error instanceof ContractRevertError) return error.errorName === 'AlreadyAcknowledged';
      // Fragments are still on their way, or damaged.
      if (error instanceof HoldfastError && !error.retryable) return false;
      throw error;
    }
  }
}
