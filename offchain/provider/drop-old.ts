import type { Hex } from 'viem';
import { asOfFinal } from '../chain/as-of.ts';
import type { Chain } from '../chain/client.ts';
import { readBundleIfAny } from '../chain/read-bundle.ts';
import { readParameters } from '../chain/read-parameters.ts';
import { inTurnOf } from './bundle-turns.ts';
import type { Provider } from './context.ts';
import { dropFragment } from './fragments.ts';
import { isGivenUp } from './retired.ts';
import { fateOf } from './still-ours.ts';
import { reconcileIfAny } from './sync-chain.ts';

/** A candidate that no repair has touched for so long is given up. */
const CANDIDATE_MS = 3_600_000;
const FRAGMENTS_PER_PASS = 1_000;

/** Frees what nobody pays for any more: slots that ended a grace period ago, receipts that became void, uploads that never came to a bundle. */
export async function dropOld(provider: Provider): Promise<void> {
  await dropEndedSlots(provider);
  await dropVoidDescriptions(provider);
  await dropAbandoned(provider);
  await provider.files.partials.prune();
}

async function dropEndedSlots(provider: Provider): Promise<void> {
  const { store, chain, config, files, log } = provider;
  const { graceEpochs, epochSeconds } = await readParameters(chain);
  // The market's grace is a promise to creators: the own setting can only lengthen it.
  const graceMs = Math.max(config.graceEpochs, graceEpochs) * epochSeconds * 1000;
  const rows = await store.heldSlot.findMany({
    where: {
      OR: [
        { state: 'ended', since: { lte: new Date(Date.now() - graceMs) } },
        { state: 'candidate', since: { lte: new Date(Date.now() - CANDIDATE_MS) } },
      ],
    },
  });
  for (const { agreement, slot, since } of rows) {
    const fate = await fateOf(provider, { agreement, slot });
    if (fate === 'held') await reconcileIfAny(provider, agreement);
    // Nothing that the chain has never heard of is dropped in a hurry: the RPC may be wrong.
    const isKept = fate === 'held' || fate === 'settling' || (fate === 'unheard-of' && since.getTime() > Date.now() - config.pendingSeconds * 1000);
    if (isKept) continue;
    for (const row of await store.fragment.findMany({ where: { agreement, slot } })) {
      await dropFragment(provider, { agreement, slot, batchId: row.batchId as Hex });
    }
    await store.heldSlot.delete({ where: { agreement_slot: { agreement, slot } } });
    log.info('slot.dropped', { agreement, slot });
    if ((await store.heldSlot.count({ where: { agreement } })) > 0) continue;
    await store.bundleDescription.deleteMany({ where: { agreement } });
    await store.committedBundle.deleteMany({ where: { agreement } });
    await files.shelf.removeAgreement(agreement);
  }
}

/** The chain has another bundle under the number that the receipt named, for good: it can never be committed. Under earlier numbers the same bytes may live on. */
async function dropVoidDescriptions({ chain, store, config, log }: Provider): Promise<void> {
  const old = new Date(Date.now() - config.pendingSeconds * 1000);
  for (const { agreement, root, bundle } of await store.bundleDescription.findMany({ where: { createdAt: { lte: old } } })) {
    const twins = await store.committedBundle.findMany({ where: { agreement, root }, select: { bundle: true } });
    const bundles = await store.committedBundle.count({ where: { agreement } });
    if (twins.some((twin) => twin.bundle === bundle) || bundle >= bundles) continue;
    const outcomes = await Promise.all(twins.map((twin) => isGivenUp(chain, { agreement, bundle: twin.bundle })));
    if (outcomes.includes(false) || !(await isTaken(chain, { agreement, bundle, root }))) continue;
    await store.bundleDescription.delete({ where: { agreement_root: { agreement, root } } });
    log.info('bundle.void', { agreement, bundle, root });
  }
}

/** By another root, now and behind every reorganisation that is expected. */
async function isTaken(chain: Chain, { agreement, bundle, root }: { readonly agreement: number; readonly bundle: number; readonly root: string }): Promise<boolean> {
  for (const view of [chain, await asOfFinal(chain)]) {
    const other = await readBundleIfAny(view, agreement, bundle);
    if (other === undefined || other.root.toLowerCase() === root) return false;
  }
  return true;
}

async function dropAbandoned(provider: Provider): Promise<void> {
  const old = new Date(Date.now() - provider.config.pendingSeconds * 1000);
  const rows = await provider.store.fragment.findMany({ where: { createdAt: { lte: old } }, take: FRAGMENTS_PER_PASS, orderBy: { createdAt: 'desc' } });
  for (const { agreement, batchId, slot } of rows) {
    await inTurnOf(provider, agreement, async () => {
      if ((await provider.store.bundleBatch.count({ where: { agreement, batchId } })) > 0) return;
      await dropFragment(provider, { agreement, slot, batchId: batchId as Hex });
    });
  }
}
