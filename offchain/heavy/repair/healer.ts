/** Single fragments that rotted at their providers are rebuilt and given back: a whole slot need not move for one of them. */
import { currentEpoch } from '../../chain/current-epoch.ts';
import { periodOf } from '../../chain/epoch.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { requestJson } from '../../wire/http-client.ts';
import type { LostBatch } from '../../wire/losses.ts';
import { DamagedReply } from '../../wire/messages.ts';
import type { Footprint } from '../footprint.ts';
import { PARALLEL_REQUESTS, PROBE_TIMEOUT_MS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import { readerHeader } from '../reader-header.ts';
import type { Successor } from './hand-over.ts';
import { lossOf } from './losses.ts';
import { placeBatch } from './place-batch.ts';
import type { Team } from './place-batch.ts';
import { slotName } from './plan.ts';
import { collect } from './work.ts';
import type { Workshop } from './work.ts';

export interface Healer {
  /** Once in every epoch asks the providers in place what they lost, and brings it to them. */
  tick(): Promise<void>;
}

/** A provider that loses more of a slot in one period shall give the slot up: keeping it is what it is paid for. */
const HEALS_LEAST = 4;
const HEALS_SHARE = 0.01;
/** A fragment that had to be brought again is no failed audit, and no good sign either. */
const HEALED_WEIGHT = 0.25;

interface Damage {
  readonly slot: number;
  readonly to: Successor;
  readonly batchIds: readonly string[];
}

export function createHealer(shop: Workshop, footprint: Footprint): Healer {
  const { context } = shop;
  const { chain, log } = context;
  const spent = new Map<string, number>();
  let askedEpoch = -1;
  let spentPeriod = -1;

  const healAgreement = async (id: number, period: number): Promise<void> => {
    const agreement = await readAgreement(chain, id);
    if (period >= agreement.endPeriod) return;
    const damages = (await damagesOf(shop, agreement)).map((damage) => ({ ...damage, batchIds: damage.batchIds.slice(0, allowance(agreement) - (spent.get(slotName({ agreement: id, slot: damage.slot })) ?? 0)) }));
    const due = damages.filter(({ batchIds }) => batchIds.length > 0);
    if (due.length === 0) return;
    for (const { slot, batchIds } of due) {
      const name = slotName({ agreement: id, slot });
      spent.set(name, (spent.get(name) ?? 0) + batchIds.length);
    }
    await bring(shop, agreement, due);
  };

  return {
    async tick() {
      const epoch = await currentEpoch(chain);
      if (epoch === askedEpoch) return;
      askedEpoch = epoch;
      shop.losses.keep('fragments', new Set());
      const period = periodOf(chain.clock, epoch);
      if (period !== spentPeriod) spent.clear();
      spentPeriod = period;
      await mapLimited(footprint.agreements(), context.settings.repairsAtOnce, (id) => healAgreement(id, period).catch((error: unknown) => {
        context.signal.throwIfAborted();
        log.warn('repair.not-healed', { agreement: id, error });
      }));
    },
  };
}

/** Fragments of one slot that are brought in one period. */
function allowance({ batches, retiredBatches }: AgreementState): number {
  return Math.max(HEALS_LEAST, Math.floor((batches - retiredBatches) * HEALS_SHARE));
}

async function damagesOf({ context }: Workshop, agreement: AgreementState): Promise<Damage[]> {
  const nodes = new Map((await context.directory.all()).map((node) => [node.id, node]));
  const authorization = await readerHeader(context, agreement.id);
  const holders = agreement.slots.filter(({ provider, faulted }) => provider !== 0 && !faulted);
  const asked = await mapLimited(holders, PARALLEL_REQUESTS, async ({ slot, provider }): Promise<Damage[]> => {
    const node = nodes.get(provider);
    if (node === undefined || node.endpoint === '') return [];
    const url = `${node.endpoint}/agreements/${agreement.id}/damaged/${slot}`;
    const reply = await requestJson(url, { headers: { authorization }, schema: DamagedReply, timeoutMs: PROBE_TIMEOUT_MS, signal: context.signal }).catch(() => undefined);
    return reply === undefined ? [] : [{ slot, to: { provider, operator: node.operator, endpoint: node.endpoint }, batchIds: reply.batchIds.map((batchId) => batchId.toLowerCase()) }];
  });
  return asked.flat();
}

/** A batch that several providers lost is read once for all of them. */
async function bring(shop: Workshop, agreement: AgreementState, damages: readonly Damage[]): Promise<void> {
  const { context } = shop;
  const work = await collect(shop, agreement, []);
  const lost: LostBatch[] = [];
  for (const { bundle, batch, facts } of work.bundles.flatMap(({ bundle, batches }) => batches.map((facts, batch) => ({ bundle, batch, facts })))) {
    const ids = new Set(facts.batchIds.map((batchId) => batchId.toLowerCase()));
    const team: Team = { takers: new Map(damages.filter(({ batchIds }) => batchIds.some((batchId) => ids.has(batchId))).map(({ slot, to }) => [slot, to])), failures: new Map() };
    if (team.takers.size === 0) continue;
    const placed = await placeBatch(shop, work, team, facts).catch((error: unknown) => {
      const loss = lossOf(error, { bundle, batch, k: agreement.k });
      if (loss === undefined) throw error;
      lost.push(loss);
      context.log.warn('repair.batch-lost', { agreement: agreement.id, ...loss });
      return undefined;
    });
    if (placed === undefined) continue;
    const { batchId } = placed;
    for (const [slot, { provider }] of team.takers) {
      context.reputation.note(provider, { part: 'repair', bad: HEALED_WEIGHT });
      context.log.info('repair.healed', { agreement: agreement.id, slot, batchId, provider });
    }
  }
  shop.losses.note(agreement.id, 'fragments', lost);
}
