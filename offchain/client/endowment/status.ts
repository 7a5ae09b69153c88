/** How an endowment stands. */
import { currentPeriod } from '../../chain/current-epoch.ts';
import { extensionCost } from '../../chain/extend-agreement.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import { readFund } from '../../chain/read-fund.ts';
import type { FundState } from '../../chain/read-fund.ts';
import type { Chain } from '../../chain/types.ts';

export interface EndowmentStatus extends FundState {
  /** The agreement ends when this period begins. */
  readonly endPeriod: number;
  readonly isRunning: boolean;
  /** What one more period costs at today's rents, in token units. */
  readonly costPerPeriod: bigint;
  /** Periods that the tokens in the fund pay for at that cost; shares of a vault come on top. */
  readonly periodsPaid: number;
}

/** @throws ChainError NO_SUCH_FUND, NOT_DEPLOYED; RpcUnavailableError */
export async function endowmentStatus(chain: Chain, options: { readonly fund: number }): Promise<EndowmentStatus> {
  const fund = await readFund(chain, options.fund);
  const [agreement, period] = await Promise.all([readAgreement(chain, fund.agreement), currentPeriod(chain)]);
  const { endPeriod } = agreement;
  const costPerPeriod = extensionCost(chain, agreement, endPeriod + 1);
  return { ...fund, endPeriod, isRunning: endPeriod > period, costPerPeriod, periodsPaid: costPerPeriod === 0n ? 0 : Number(fund.tokens / costPerPeriod) };
}
