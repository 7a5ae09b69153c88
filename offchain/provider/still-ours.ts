import { asOfFinal } from '../chain/as-of.ts';
import { ChainError } from '../chain/chain-errors.ts';
import type { Chain } from '../chain/client.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { Provider } from './context.ts';

/**
 * held: by what the chain says now. settling: no longer, but a reorganisation could still give it back. gone: for good. unheard-of: there is no such
 * agreement, neither now nor before: it was reorganised away, or the RPC serves another history.
 */
export type SlotFate = 'held' | 'settling' | 'gone' | 'unheard-of';

/** Asked right before bytes are dropped, whatever the events said. Throws RpcUnavailableError: then nothing is dropped. */
export async function fateOf(provider: Provider, at: { readonly agreement: number; readonly slot: number }): Promise<SlotFate> {
  const { chain, id } = provider;
  const now = await holderOf(chain, at);
  if (now === id) return 'held';
  const then = await holderOf(await asOfFinal(chain), at);
  if (then === id) return 'settling';
  return now === undefined && then === undefined ? 'unheard-of' : 'gone';
}

/** Undefined where there is no such agreement. */
async function holderOf(chain: Chain, { agreement, slot }: { readonly agreement: number; readonly slot: number }): Promise<number | undefined> {
  try {
    return (await readAgreement(chain, agreement)).slots[slot]?.provider;
  } catch (error) {
    if (error instanceof ChainError && error.code === 'NO_SUCH_AGREEMENT') return undefined;
    throw error;
  }
}
