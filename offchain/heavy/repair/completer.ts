/**
 * Slots that never acknowledged a bundle are brought it: nobody is paid for nothing just because an upload missed him. Who refuses it when it is brought shows that
 * it was not the creator who forgot him, long before he may be dismissed for it.
 */
import { acknowledge } from '../../chain/acknowledge.ts';
import { currentEpoch } from '../../chain/current-epoch.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { RepairError } from '../errors.ts';
import type { Footprint } from '../footprint.ts';
import { createLacking } from '../lacking.ts';
import type { Lack } from '../lacking.ts';
import { mapLimited } from '../parallel.ts';
import { REFUSED_WEIGHT } from '../reputation/score.ts';
import type { BundleFacts } from './description.ts';
import { askReceipt } from './hand-over.ts';
import type { Placed, Successor } from './hand-over.ts';
import { placeBatch } from './place-batch.ts';
import type { Team } from './place-batch.ts';
import { collect } from './work.ts';
import type { Work, Workshop } from './work.ts';

export interface Completer {
  /** Once in every epoch looks for bundles that slots lack, committed in an earlier one: their creator has had time. */
  tick(): Promise<void>;
}

/** Refusals remembered, so that each counts once. */
const REFUSALS_MAX = 10_000;

/** Silence is none: it costs uptime, and proofs. Nor is being asked to wait. */
function isRefusal(error: unknown): boolean {
  if (error instanceof RepairError) return error.code === 'BAD_FRAGMENT';
  return error instanceof RemoteError && error.remoteStatus !== 429 && error.remoteStatus !== 503;
}

export function createCompleter(shop: Workshop, footprint: Footprint): Completer {
  const { context } = shop;
  const { chain, log, reputation } = context;
  const lacking = createLacking(context, footprint);
  const refused = new Set<string>();
  let lookedEpoch = -1;

  const failed = (agreement: number, bundle: number, failures: ReadonlyMap<number, unknown>, providers: ReadonlyMap<number, Successor>): void => {
    for (const [slot, error] of failures) {
      const provider = providers.get(slot)?.provider ?? 0;
      log.warn('repair.not-completed', { agreement, bundle, slot, provider, error });
      const name = `${agreement}/${bundle}/${slot}/${provider}`;
      if (!isRefusal(error) || refused.has(name)) continue;
      if (refused.size >= REFUSALS_MAX) refused.clear();
      refused.add(name);
      reputation.note(provider, { part: 'audits', bad: REFUSED_WEIGHT });
      log.warn('bundle.refused', { agreement, bundle, slot, provider });
    }
  };

  const completeOne = async ({ agreement, bundle, slots }: Lack, work: Work, facts: BundleFacts): Promise<void> => {
    const nodes = new Map((await context.directory.all()).map((node) => [node.id, node]));
    const takers = new Map(slots.flatMap(({ slot, provider }): [number, Successor][] => {
      const node = nodes.get(provider);
      return node === undefined || node.endpoint === '' ? [] : [[slot, { provider: node.id, operator: node.operator, endpoint: node.endpoint }]];
    }));
    const team: Team = { takers: new Map(takers), failures: new Map() };
    const batches: Placed[] = [];
    for (const batch of facts.batches) {
      if (team.takers.size === 0) break;
      batches.push(await placeBatch(shop, work, team, batch));
    }
    for (const [slot, to] of team.takers) {
      try {
        const signature = await askReceipt(context, to, { agreement: agreement.id, slot, bundle: facts, batches, authorization: await work.authorization() });
        await acknowledge(chain, { agreement: agreement.id, bundle, slot, signature });
        log.info('repair.completed', { agreement: agreement.id, bundle, slot, provider: to.provider });
      } catch (error) {
        context.signal.throwIfAborted();
        team.failures.set(slot, error);
      }
    }
    failed(agreement.id, bundle, team.failures, takers);
  };

  /** `lacks`: of one agreement. */
  const completeAll = async (lacks: readonly Lack[]): Promise<void> => {
    const [first] = lacks;
    if (first === undefined) return;
    const work = await collect(shop, first.agreement, []);
    for (const lack of lacks) {
      const facts = work.bundles.find(({ bundle }) => bundle === lack.bundle);
      if (facts === undefined) continue;
      await completeOne(lack, work, facts).catch((error: unknown) => {
        context.signal.throwIfAborted();
        log.warn('repair.not-completed', { agreement: lack.agreement.id, bundle: lack.bundle, error });
      });
    }
  };

  return {
    async tick() {
      const epoch = await currentEpoch(chain);
      if (epoch <= lookedEpoch) return;
      lookedEpoch = epoch;
      const byAgreement = new Map<number, Lack[]>();
      for await (const lack of lacking.find(epoch)) {
        // The creator, or a repair, has the epoch of the commit for itself.
        const due = lack.since >= epoch ? [] : lack.slots.filter(({ faulted }) => !faulted);
        if (due.length > 0) byAgreement.set(lack.agreement.id, [...(byAgreement.get(lack.agreement.id) ?? []), { ...lack, slots: due }]);
      }
      await mapLimited([...byAgreement.values()], context.settings.repairsAtOnce, (lacks) => completeAll(lacks).catch((error: unknown) => {
        context.signal.throwIfAborted();
        log.warn('repair.not-completed', { agreement: lacks[0]?.agreement.id, error });
      }));
    },
  };
}
