/** Founding an endowment: principal that extends a locked agreement period by period, only while it is proven. */
import type { Address } from 'viem';
import { extensionCost } from '../../chain/extend-agreement.ts';
import { foundFund } from '../../chain/found-fund.ts';
import { readRenewal } from '../../chain/pot.ts';
import { tokenBalance } from '../../chain/read-money.ts';
import { cancellable } from '../cancellable.ts';
import type { Client } from '../client.ts';
import { AgreementError, InsufficientTokensError } from '../errors.ts';
import { endowmentStatus } from './status.ts';
import type { EndowmentStatus } from './status.ts';

export interface FoundOptions {
  /** Anybody's, if it is locked. */
  readonly agreement: number;
  /** Principal in token units. */
  readonly amount: bigint;
  /** Token units that one more period may cost; what it costs now where absent. */
  readonly maxPerPeriod?: bigint | undefined;
  /** Proven share of the last period that a payment needs, in basis points; 9000 where absent. */
  readonly minProvenBps?: number | undefined;
  readonly vault?: Address | undefined;
  readonly reservePeriods?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MIN_PROVEN_BPS = 9_000;

/** @throws AgreementError NOT_LOCKED, InsufficientTokensError, ContractRevertError, RpcUnavailableError */
export function foundEndowment(client: Client, options: FoundOptions): Promise<EndowmentStatus> {
  return cancellable(client, { what: `Founding an endowment of agreement ${options.agreement}`, signal: options.signal }, (one) => found(one, options));
}

async function found(client: Client, options: FoundOptions): Promise<EndowmentStatus> {
  const { chain } = client;
  const { agreement, amount, vault, reservePeriods } = options;
  const [{ state }, { isLocked }, balance] = await Promise.all([client.views.refresh(agreement), readRenewal(chain, agreement), tokenBalance(chain, client.creator)]);
  if (!isLocked) throw new AgreementError('NOT_LOCKED', `Agreement ${agreement} is not locked: its creator could close it and keep what an endowment paid.`, 'Let its creator run `holdfast lock` first.', { agreement });
  if (balance < amount) throw new InsufficientTokensError({ balance, need: amount });
  const maxPerPeriod = options.maxPerPeriod ?? extensionCost(chain, state, state.endPeriod + 1);
  const { fund } = await foundFund(chain, { agreement, amount, maxPerPeriod, minProvenBps: options.minProvenBps ?? MIN_PROVEN_BPS, vault, reservePeriods });
  return endowmentStatus(chain, { fund });
}
