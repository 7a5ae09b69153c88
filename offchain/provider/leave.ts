import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { registryAbi } from '../chain/generated/abi.ts';
import { withdrawStake } from '../chain/withdraw-stake.ts';
import type { Provider } from './context.ts';
import { findSuccessors } from './find-successor.ts';
import { handOver } from './hand-over.ts';
import { isLeaving } from './leaving.ts';
import { exit } from './money.ts';

/** Successors that one look tries for a slot. */
const TRIES = 4;

/**
 * One look of a provider that leaves: hands over what it still holds, queues the stake that is free, and takes out what waited long enough.
 * A slot that nobody wants, or whose draw is open, waits for the next look. Does nothing while the provider stays.
 */
export async function leave(provider: Provider): Promise<void> {
  const { chain, store, id, log } = provider;
  if (!(await isLeaving(store))) return;
  for (const { agreement, slot } of await store.heldSlot.findMany({ where: { state: 'held' } })) await handToSomebody(provider, { agreement, slot });
  const { queued, readyEpoch } = await exit({ chain, id });
  if (queued > 0n) log.info('stake.queued', { queued, readyEpoch });
  await takeStake(provider);
}

/** To the first successor that takes it. Whatever stands in the way is logged. */
export async function handToSomebody(provider: Provider, at: { agreement: number; slot: number }): Promise<void> {
  const { log } = provider;
  try {
    const agreement = await provider.agreements.refresh(at.agreement);
    if (agreement.slots[at.slot]?.provider !== provider.id) return;
    const successors = await findSuccessors(provider, agreement, at.slot);
    if (successors.length === 0) log.warn('slot.nobody-wants', at);
    for (const to of successors.slice(0, TRIES)) {
      try {
        return await handOver(provider, { agreement, slot: at.slot, to });
      } catch (error) {
        // Another successor would have to wait for this epoch's proof as well.
        if (error instanceof ContractRevertError) throw error;
        log.warn('slot.not-taken', { ...at, to: to.id, error });
      }
    }
  } catch (error) {
    log.warn('slot.not-handed-over', { ...at, error });
  }
}

async function takeStake({ chain, id, log }: Provider): Promise<void> {
  const [, queued, readyEpoch] = await chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'stakes', args: [id] });
  if (queued === 0n || (await currentEpoch(chain)) < readyEpoch) return;
  const { amount } = await withdrawStake(chain, { id });
  log.info('stake.withdrawn', { amount });
}
