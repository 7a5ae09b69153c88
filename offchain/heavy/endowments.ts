/** Releases the payments of endowments whose agreements carry this node's footprint: one period each, before the agreement would end. */
import { epochAt, periodOf, periodStart } from '../chain/epoch.ts';
import { collectConsents } from '../chain/collect-consents.ts';
import { fundsOf } from '../chain/funds-of.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { readFund } from '../chain/read-fund.ts';
import { releaseFund } from '../chain/release-fund.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { createPauses } from './pauses.ts';
import { createTurns } from './turns.ts';

export interface Endowments {
  /** Looks for agreements near their end that a fund pays for, and releases what is due. */
  tick(): Promise<void>;
}

/** A fund may pay once per period: begun two periods before the end, one failed period does not end the agreement. */
const LEAD_PERIODS = 2;
/** Read again each time: of an RPC service's machines one may know fewer events than blocks. */
const OVERLAP_BLOCKS = 16n;

export function createEndowments(context: HeavyContext, footprint: Footprint, now: () => number = Date.now): Endowments {
  const { chain, log, signal } = context;
  const pauses = createPauses(now);
  const funds = new Map<number, number>();
  const inTurn = createTurns();
  let nextBlock = chain.deployment.fromBlock;
  let reorganisations = 0;

  /** Funds are founded seldom: only the blocks since the last look are asked for. */
  const follow = async (): Promise<void> => {
    // A fund that was taken back may come again under another number.
    if (footprint.reorganisations() !== reorganisations) {
      reorganisations = footprint.reorganisations();
      funds.clear();
      nextBlock = chain.deployment.fromBlock;
    }
    const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
    for (const { fund, agreement } of await fundsOf(chain, { fromBlock: nextBlock })) funds.set(fund, agreement);
    const again = head - OVERLAP_BLOCKS;
    if (again > nextBlock) nextBlock = again;
  };

  const attempt = async (fund: number, agreement: AgreementState, period: number): Promise<boolean> => {
    try {
      const { paidInPeriod, tokens, shares } = await readFund(chain, fund);
      if (paidInPeriod >= period || (tokens === 0n && shares === 0n)) return false;
      const consents = await collectConsents(chain, { agreement, newEndPeriod: agreement.endPeriod + 1, signal });
      const { endPeriod, paid, transactionHash } = await releaseFund(chain, { fund, consents });
      pauses.succeeded(fund);
      log.info('endowment.released', { fund, agreement: agreement.id, endPeriod, paid, txHash: transactionHash });
      return true;
    } catch (error) {
      if (!signal.aborted && pauses.failed(fund, error)) log.warn('endowment.not-released', { fund, agreement: agreement.id, endPeriod: agreement.endPeriod, error });
      return false;
    }
  };

  return {
    tick: () =>
      inTurn(async () => {
        if (chain.deployment.endowment === undefined) return;
        await footprint.follow();
        await follow();
        const own = new Set(footprint.agreements());
        const epoch = epochAt(chain.clock, await chain.nowSeconds());
        const period = periodOf(chain.clock, epoch);
        for (const id of new Set([...funds.values()].filter((one) => own.has(one)))) {
          const agreement = await readAgreement(chain, id);
          // Slots may be released in the last epoch: the chain takes no extension then.
          const isNear = agreement.endPeriod <= period + LEAD_PERIODS && epoch + 1 < periodStart(chain.clock, agreement.endPeriod);
          if (!isNear) continue;
          for (const [fund, of] of funds) {
            if (of === id && pauses.isOver(fund) && (await attempt(fund, agreement, period))) break;
          }
        }
      }),
  };
}
