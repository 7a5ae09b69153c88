/** Fetches what the neighbours publish, once an epoch, believing only what their operators signed. */
import { isAddressEqual } from 'viem';
import type { NodeState } from '../../chain/node-state.ts';
import { HoldfastError } from '../../wire/errors.ts';
import { requestJson } from '../../wire/http-client.ts';
import { ReputationReport, standingsHash } from '../../wire/reputation.ts';
import type { ReputationEntry } from '../../wire/reputation.ts';
import { recoverTyped } from '../../wire/typed-data.ts';
import { neighboursOf } from '../candidates.ts';
import type { HeavyContext } from '../context.ts';
import { CANDIDATES_TIMEOUT_MS } from '../limits.ts';
import type { Word } from './hearsay.ts';

/** Pages read of one neighbour. */
const PAGES_MAX = 40;
const PAGE_BYTES = 1 << 20;
/** What was said longer ago is not news. */
const AGE_EPOCHS_MAX = 4;

export function createGatherer(context: HeavyContext): { tick(): Promise<void> } {
  const { reputation, log } = context;
  let heardEpoch = -1;
  return {
    async tick() {
      const epoch = reputation.epoch();
      if (epoch === heardEpoch) return;
      heardEpoch = epoch;
      for (const neighbour of await neighboursOf(context)) {
        try {
          reputation.hear(neighbour.id, await wordsOf(context, neighbour));
        } catch (error) {
          context.signal.throwIfAborted();
          log.info('reputation.unheard', { neighbour: neighbour.id, error });
        }
      }
    },
  };
}

async function wordsOf(context: HeavyContext, neighbour: NodeState): Promise<Map<number, Omit<Word, 'heavy'>>> {
  const words = new Map<number, Omit<Word, 'heavy'>>();
  let from: number | undefined = 1;
  for (let page = 0; page < PAGES_MAX && from !== undefined; page++) {
    const url = `${neighbour.endpoint}/reputation?from=${from}`;
    const report: ReputationReport = await requestJson(url, { schema: ReputationReport, timeoutMs: CANDIDATES_TIMEOUT_MS, maxBytes: PAGE_BYTES, signal: context.signal });
    await checkReport(context, neighbour, report);
    for (const entry of report.entries) words.set(entry.node, { score: entry.score, observations: observed(entry) });
    from = report.next !== undefined && report.next > from ? report.next : undefined;
  }
  return words;
}

/** @throws HoldfastError BAD_STANDINGS when it is not the node's own, fresh word */
export async function checkReport(context: Pick<HeavyContext, 'chain' | 'reputation'>, heavy: Pick<NodeState, 'id' | 'operator'>, report: ReputationReport): Promise<void> {
  const said = { heavy: report.heavy, epoch: report.epoch, hash: standingsHash(report.entries) };
  const signer = await recoverTyped(context.chain.domain, 'Standings', said, report.signature);
  const isOwn = report.heavy === heavy.id && isAddressEqual(signer, heavy.operator);
  const age = context.reputation.epoch() - report.epoch;
  if (!isOwn || age > AGE_EPOCHS_MAX || age < -1) {
    throw new HoldfastError('BAD_STANDINGS', `The scores from heavy node ${heavy.id} are ${isOwn ? `${age} epochs old` : 'not signed by its operator'}.`, { details: { heavy: heavy.id, signer } });
  }
}

function observed({ parts }: ReputationEntry): number {
  return Object.values(parts).reduce((sum, { good, bad }) => sum + good + bad, 0);
}
