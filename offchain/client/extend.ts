/** A longer term for an agreement, at the prices that it has. */
import type { Hex } from 'viem';
import { collectConsents } from '../chain/collect-consents.ts';
import { extendAgreement, extensionCost } from '../chain/extend-agreement.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { abortable } from './aborting.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';
import { CostAboveLimitError, InsufficientTokensError } from './errors.ts';

export interface ExtendOptions {
  /** Anybody's: whoever extends it pays, and refunds go to its creator. */
  readonly agreement: number;
  /** Whole periods behind its end. */
  readonly periods: number;
  /** Token units in all. */
  readonly maxCost?: bigint | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Extended {
  readonly agreement: number;
  readonly endPeriod: number;
  /** Token units that were paid. */
  readonly cost: bigint;
  readonly transactionHash: Hex;
}

/** Token units that an extension costs; nothing is asked of anybody. */
export function extensionQuote(client: Client, options: Pick<ExtendOptions, 'agreement' | 'periods' | 'signal'>): Promise<{ cost: bigint; newEndPeriod: number }> {
  return cancellable(client, { what: 'The quote', signal: options.signal }, async ({ chain, views }) => {
    const { state } = await views.refresh(options.agreement);
    const newEndPeriod = state.endPeriod + options.periods;
    return { cost: extensionCost(chain, state, newEndPeriod), newEndPeriod };
  });
}

/**
 * Has every provider in place sign the longer term, and pays for it.
 * @throws NoConsentError, CostAboveLimitError, InsufficientTokensError, ContractRevertError, RpcUnavailableError, AbortedError
 */
export function extend(client: Client, options: ExtendOptions): Promise<Extended> {
  const { agreement, maxCost, signal } = options;
  return abortable(`Extending agreement ${agreement}`, signal, async () => {
    const { chain } = client;
    const { cost, newEndPeriod } = await extensionQuote(client, options);
    if (maxCost !== undefined && cost > maxCost) throw new CostAboveLimitError({ cost, maxCost });
    const balance = await tokenBalance(chain, client.creator);
    if (balance < cost) throw new InsufficientTokensError({ balance, need: cost });
    const { state } = await client.views.get(agreement);
    const consents = await collectConsents(chain, { agreement: state, newEndPeriod, signal });
    const { endPeriod, paid, transactionHash } = await extendAgreement(chain, { agreement, newEndPeriod, consents, maxCost: cost });
    await client.views.refresh(agreement);
    return { agreement, endPeriod, cost: paid, transactionHash };
  });
}
