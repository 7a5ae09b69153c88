import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { Provider } from './context.ts';
import { surrenderWhenFit } from './surrender-slot.ts';

const LOST = 'lost/';

/**
 * Gives slots up whose bytes no longer match their roots, once `surrenderEpochs` have passed in which nobody sent them again: that costs half of
 * what a lost challenge or a run of misses costs, and a heavy node can repair at once. A slot under challenge has to wait for its end.
 */
export async function surrenderLost(provider: Provider): Promise<void> {
  const { chain, store, config, log } = provider;
  const lost = await lostSlots(provider);
  await forgetHealed(provider, lost);
  if (lost.length === 0) return;
  const epoch = await currentEpoch(chain);
  for (const { agreement, slot } of lost) {
    const key = keyOf({ agreement, slot });
    const known = await store.fact.findUnique({ where: { key } });
    const { value } = known ?? (await store.fact.create({ data: { key, value: String(epoch) } }));
    if (known === null) log.error('slot.lost', { agreement, slot, surrenderEpoch: epoch + config.surrenderEpochs });
    try {
      await surrenderWhenFit(provider, { agreement, slot, lastEpoch: Number(value) + config.surrenderEpochs, why: 'its fragments no longer match their roots' });
    } catch (error) {
      if (!(error instanceof ContractRevertError)) throw error;
      log.error('slot.not-surrendered', { agreement, slot, error });
    }
  }
}

interface At {
  readonly agreement: number;
  readonly slot: number;
}

/** Held slots with a damaged fragment that a living, acknowledged bundle names. */
async function lostSlots({ chain, store }: Provider): Promise<At[]> {
  const lost = new Map<string, At>();
  for (const { agreement, slot, batchId } of await store.fragment.findMany({ where: { bad: true } })) {
    const key = keyOf({ agreement, slot });
    if (lost.has(key) || (await store.heldSlot.count({ where: { agreement, slot, state: 'held' } })) === 0) continue;
    const roots = (await store.bundleBatch.findMany({ where: { agreement, batchId }, select: { root: true } })).map(({ root }) => root);
    for (const { bundle } of await store.committedBundle.findMany({ where: { agreement, root: { in: roots } } })) {
      const { retired, acknowledged } = await readBundle(chain, agreement, bundle);
      if (retired === 0 && ((acknowledged >> BigInt(slot)) & 1n) === 1n) lost.set(key, { agreement, slot });
    }
  }
  return [...lost.values()];
}

async function forgetHealed({ store }: Provider, lost: readonly At[]): Promise<void> {
  const keys = lost.map(keyOf);
  await store.fact.deleteMany({ where: { key: { startsWith: LOST, notIn: keys } } });
}

function keyOf({ agreement, slot }: At): string {
  return `${LOST}${agreement}/${slot}`;
}
