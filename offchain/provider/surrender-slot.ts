import { epochAt, epochStart } from '../chain/epoch.ts';
import { epochSeed } from '../chain/epoch-seed.ts';
import { hasProved } from '../chain/read-proofs.ts';
import { surrender } from '../chain/surrender.ts';
import type { Provider } from './context.ts';
import { noteEndedSlot } from './hold-slot.ts';

/** From this share of the last epoch on the slot is given up even though the epoch's proof goes with it. */
const LATEST = 0.6;

/** Gives a slot up whose bytes are lost. Throws ContractRevertError, RpcUnavailableError. */
export async function surrenderSlot(provider: Provider, at: { readonly agreement: number; readonly slot: number; readonly why: string }): Promise<void> {
  const { agreement, slot, why } = at;
  const { slashed } = await surrender(provider.chain, { agreement, slot });
  await noteEndedSlot(provider, { agreement, slot });
  provider.log.error('slot.surrendered', { agreement, slot, slashed, why });
}

/**
 * Surrenders once `lastEpoch` has come; in it, after the epoch's proof or before anybody knows its draw, for an open draw would be given up.
 * Returns whether it did.
 */
export async function surrenderWhenFit(
  provider: Provider,
  at: { readonly agreement: number; readonly slot: number; readonly lastEpoch: number; readonly why: string },
): Promise<boolean> {
  const { chain, id } = provider;
  const nowSeconds = await chain.nowSeconds();
  const epoch = epochAt(chain.clock, nowSeconds);
  if (epoch < at.lastEpoch) return false;
  const share = (nowSeconds - epochStart(chain.clock, epoch)) / chain.clock.epochSeconds;
  const isFree = (await epochSeed(chain, epoch)) === undefined || (await hasProved(chain, id, epoch));
  if (!isFree && share < LATEST) return false;
  await surrenderSlot(provider, at);
  return true;
}
