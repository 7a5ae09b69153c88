/** This node's view of providers as it is told to others: with its parts, its reasons and a signature. */
import { NotFoundError } from '../../wire/http-errors.ts';
import { REPUTATIONS_PER_PAGE, standingsHash } from '../../wire/reputation.ts';
import type { ReputationEntry, ReputationReport } from '../../wire/reputation.ts';
import { signTyped } from '../../wire/typed-data.ts';
import type { HeavyContext } from '../context.ts';
import { vettingLimitBytes } from '../placement/vetting.ts';
import { causesOf, wayBack } from './causes.ts';
import { meanOf, scoreOf } from './score.ts';
import type { Counts, Standing } from './score.ts';

/** @throws NO_RECORD when this node has never seen the provider */
export async function publishOne(context: HeavyContext, node: number): Promise<ReputationReport> {
  const record = context.reputation.record(node);
  if (record === undefined) {
    throw new NotFoundError(`Heavy node ${context.id} has seen nothing of node ${node}.`, { code: 'NO_RECORD', details: { node }, nextStep: 'Ask the heavy node that is its parent, or one that matched an agreement with it.' });
  }
  return sign(context, await entriesOf(context, [record]));
}

/** Providers with ids from `from` on, a page at a time. */
export async function publishPage(context: HeavyContext, from: number): Promise<ReputationReport> {
  const ids = context.reputation.providers().filter((id) => id >= from);
  const page = ids.slice(0, REPUTATIONS_PER_PAGE);
  return sign(context, await entriesOf(context, page.flatMap((id) => context.reputation.record(id) ?? [])), ids[REPUTATIONS_PER_PAGE]);
}

async function sign(context: HeavyContext, entries: readonly ReputationEntry[], next?: number): Promise<ReputationReport> {
  const { id, account, chain, reputation } = context;
  const said = { heavy: id, epoch: reputation.epoch(), hash: standingsHash(entries) };
  const signature = await signTyped(account, chain.domain, 'Standings', said);
  return { heavy: said.heavy, epoch: said.epoch, entries: [...entries], ...(next === undefined ? {} : { next }), signature };
}

async function entriesOf(context: HeavyContext, records: readonly Standing[]): Promise<ReputationEntry[]> {
  const where = { provider: { in: records.map(({ provider }) => provider) } };
  const rows = await context.store.containedAudit.groupBy({ by: ['provider'], where, _count: { _all: true } });
  const contained = new Map(rows.map(({ provider, _count }) => [provider, _count._all]));
  return records.map((record) => entryOf(context, record, contained.get(record.provider) ?? 0));
}

function entryOf({ reputation, settings }: HeavyContext, record: Standing, contained: number): ReputationEntry {
  const { provider, tier, parts, successes, bytesPerSecond, speedSamples, firstEpoch, epoch } = record;
  const state = reputation.state(provider);
  const limitBytes = vettingLimitBytes(successes, settings.placement.vetting);
  const excludedBelow = settings.minReputation;
  return {
    node: provider, tier, state, successes, speedSamples,
    score: scoreOf(parts),
    parts: { audits: told(parts.audits), retrieval: told(parts.retrieval), uptime: told(parts.uptime), repair: told(parts.repair) },
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ageEpochs: Math.max(0, epoch - firstEpoch),
    ...(Number.isFinite(limitBytes) ? { limitBytes } : {}),
    heldBytes: reputation.holdings.of(provider),
    contained,
    causes: causesOf(record),
    wayBack: wayBack(record, state, { excludedBelow }),
  };
}

function told(counts: Counts): { good: number; bad: number; mean: number } {
  return { ...counts, mean: meanOf(counts) };
}
