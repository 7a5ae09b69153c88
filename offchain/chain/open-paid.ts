import type { Hex } from 'viem';
import type { SignedOffer } from '../wire/messages.ts';
import type { Terms } from '../wire/typed-data.ts';
import { WalletUnableError } from '../wire/wallet-errors.ts';
import { readAllowance } from './approve-tokens.ts';
import { openAgreement, openRequest, opened } from './open-agreement.ts';
import { signPermit } from './sign-permit.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';
import { canBatch } from './wallet/batch.ts';

const PERMIT_SECONDS = 600;

/**
 * Opens an agreement and lets the market take its price, with as few questions to the wallet as it allows: none but the transaction where the allowance is there already; approval and
 * opening as one where the wallet sends batches; else a permit (no transaction) and the opening; where the wallet signs no typed data, an approval and the opening.
 */
export async function openPaid(
  chain: Chain,
  options: { terms: Terms; offers: readonly SignedOffer[]; maxCost: bigint; signal?: AbortSignal | undefined },
): Promise<{ id: number; paid: bigint; transactionHash: Hex }> {
  const { maxCost, signal } = options;
  const isPaid = (await readAllowance(chain, chain.deployment.market)) >= maxCost;
  if (!isPaid && !(await canBatch(chain))) {
    const deadline = Math.floor(await chain.nowSeconds()) + PERMIT_SECONDS;
    const permit = await signPermit(chain, { value: maxCost, deadline }).catch((error: unknown) => {
      if (error instanceof WalletUnableError) return undefined;
      throw error;
    });
    signal?.throwIfAborted();
    if (permit !== undefined) return openAgreement(chain, { ...options, permit });
  }
  signal?.throwIfAborted();
  return opened(await spendTokens(chain, { spender: chain.deployment.market, amount: maxCost }, openRequest(chain, options)));
}
