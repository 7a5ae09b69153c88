import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** What one sample asks for. `isVoid`: nothing. `leaf` of `leaves` of the slot's fragment of agreement batch `batch`. */
export interface DrawState {
  readonly isVoid: boolean;
  readonly agreement: number;
  readonly slot: number;
  readonly batch: number;
  readonly leaf: number;
  readonly leaves: number;
  readonly n: number;
  /** The retired bundles that the draw moved on from, then the one that holds `batch`: their indexes open the sample's proof. */
  readonly bundles: readonly number[];
  /** The draw kept meeting retired bundles: only their indexes are due. */
  readonly isSpent: boolean;
}

/**
 * The draws of the epoch that the next block belongs to; none when the provider holds no slot.
 * Throws ContractRevertError SeedUnknown before the epoch's seed is fixed, PruneFirst when ended slots are in the way.
 */
export async function readDraws(chain: Chain, provider: number): Promise<{ epoch: number; draws: DrawState[] }> {
  const [epoch, list] = await chain.ask('the draws', (client) =>
    client.readContract({ address: chain.deployment.market, abi: marketAbi, functionName: 'draws', args: [provider], blockTag: 'pending' }),
  );
  const draws = list.map(({ isVoid, agreement, slot, batch, leaf, leaves, n, bundles, isSpent }) => ({ isVoid, agreement, slot, batch, leaf, leaves, n, bundles, isSpent }));
  return { epoch, draws };
}
