/** Lets the pools of locked agreements with this node's footprint pay: one period each, before the agreement would end. */
import { joinedAgreements, payFromPool, readPool } from '../../chain/commons.ts';
import { collectConsents } from '../../chain/collect-consents.ts';
import { epochAt, periodOf, periodStart } from '../../chain/epoch.ts';
import { extensionCost } from '../../chain/extend-agreement.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import type { Footprint } from '../footprint.ts';
import { createPauses } from '../pauses.ts';
import { createTurns } from '../turns.ts';

export interface PoolPayer {
  tick(): Promise<void>;
}

/** As `Commons.LEAD_PERIODS`. */
const LEAD_PERIODS = 2;
/** As deep as reorgs go that this node notices by itself. */
const REORG_BLOCKS = 16n;

export function createPoolPayer(context: HeavyContext, footprint: Footprint, now: () => number = Date.now): PoolPayer {
  const { chain, log, signal } = context;
  const pauses = createPauses(now);
  const joined = new Set<number>();
  /** From when on an agreement has to be looked at: its end only ever moves back, for it is locked. */
  const lookFrom = new Map<number, number>();
  const inTurn = createTurns();
  let nextBlock = chain.deployment.fromBlock;

  /** Only the blocks since the last look are asked for. */
  const follow = async (): Promise<void> => {
    const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
    for (const agreement of await joinedAgreements(chain, { fromBlock: nextBlock })) joined.add(agreement);
    const again = head - REORG_BLOCKS;
    if (again > nextBlock) nextBlock = again;
  };

  const payOne = async (id: number): Promise<void> => {
    const epoch = epochAt(chain.clock, await chain.nowSeconds());
    const period = periodOf(chain.clock, epoch);
    if (period < (lookFrom.get(id) ?? 0)) return;
    const agreement = await readAgreement(chain, id);
    lookFrom.set(id, agreement.endPeriod - LEAD_PERIODS);
    const newEndPeriod = agreement.endPeriod + 1;
    // Slots may be released in the last epoch: the chain takes no extension then.
    if (epoch + 1 >= periodStart(chain.clock, agreement.endPeriod)) return void (agreement.endPeriod <= period && joined.delete(id));
    if (agreement.endPeriod > period + LEAD_PERIODS) return;
    const { tokens, waiting } = await readPool(chain, id);
    const cost = extensionCost(chain, agreement, newEndPeriod);
    if (tokens < cost && waiting < cost) return;
    const consents = await collectConsents(chain, { agreement, newEndPeriod, signal });
    const { endPeriod, paid, transactionHash } = await payFromPool(chain, { agreement: id, consents });
    pauses.succeeded(id);
    log.info('commons.paid', { agreement: id, endPeriod, paid, txHash: transactionHash });
  };

  return {
    tick: () =>
      inTurn(async () => {
        if (chain.deployment.commons === undefined) return;
        await footprint.follow();
        await follow();
        const own = new Set(footprint.agreements());
        for (const id of [...joined].filter((one) => own.has(one) && pauses.isOver(one))) {
          try {
            await payOne(id);
          } catch (error) {
            signal.throwIfAborted();
            if (pauses.failed(id, error)) log.warn('commons.not-paid', { agreement: id, error });
          }
        }
      }),
  };
}
