/** Renews agreements before they end, out of their pots and within what their creators authorised. */
import { epochAt, periodOf, periodStart } from '../chain/epoch.ts';
import { extensionCost, renewAgreement } from '../chain/extend-agreement.ts';
import { readRenewal } from '../chain/pot.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { collectConsents } from '../chain/collect-consents.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { PARALLEL_REQUESTS } from './limits.ts';
import { mapLimited } from './parallel.ts';
import { createPauses } from './pauses.ts';

const RENEWED_PERIODS_AHEAD = 2;

export interface Renewer {
  /** Looks for agreements in their last two periods and renews each for one more. */
  tick(): Promise<void>;
}

export function createRenewer(context: HeavyContext, footprint: Footprint, now: () => number = Date.now): Renewer {
  const { chain, log } = context;
  const pauses = createPauses(now);

  const attempt = async (agreement: AgreementState): Promise<void> => {
    const { id } = agreement;
    try {
      if (!(await isDue(context, agreement))) return;
      const newEndPeriod = agreement.endPeriod + 1;
      const consents = await collectConsents(chain, { agreement, newEndPeriod, signal: context.signal });
      const { endPeriod, paid, transactionHash } = await renewAgreement(chain, { agreement: id, newEndPeriod, consents });
      pauses.succeeded(id);
      log.info('agreement.renewed', { agreement: id, endPeriod, paid, txHash: transactionHash });
    } catch (error) {
      if (context.signal.aborted) return;
      if (pauses.failed(id, error)) log.warn('agreement.not-renewed', { agreement: id, endPeriod: agreement.endPeriod, error });
    }
  };

  return {
    async tick() {
      await footprint.follow();
      const epoch = epochAt(chain.clock, await chain.nowSeconds());
      const agreements = await mapLimited(footprint.agreements(), PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
      // In the last epoch slots may be released already: the chain takes no renewal then.
      const ending = agreements.filter(({ endPeriod }) => isEnding(endPeriod, periodOf(chain.clock, epoch)) && epoch + 1 < periodStart(chain.clock, endPeriod));
      const waiting = ending.filter(({ id }) => pauses.isOver(id));
      await mapLimited(waiting, context.settings.repairsAtOnce, attempt);
    },
  };
}

/** In its last two periods: one is too short where a slot stands empty through most of it, because every slot's operator must sign. */
function isEnding(endPeriod: number, period: number): boolean {
  return period < endPeriod && endPeriod <= period + RENEWED_PERIODS_AHEAD;
}

/** Nothing to do without an authority that reaches so far, or with too little in the pot; the latter is said, for anybody may fill it. */
async function isDue({ chain, log }: HeavyContext, agreement: AgreementState): Promise<boolean> {
  const newEndPeriod = agreement.endPeriod + 1;
  const { pot, maxPerPeriod, untilPeriod } = await readRenewal(chain, agreement.id);
  const cost = extensionCost(chain, agreement, newEndPeriod);
  if (newEndPeriod > untilPeriod || cost > maxPerPeriod) return false;
  if (pot < cost) log.warn('pot.short', { agreement: agreement.id, pot, cost });
  return pot >= cost;
}
