/** Records in the node's database. */
import type { Store } from '../../store/open.ts';
import type { ProviderTier } from '../../wire/placement.ts';
import type { Standing } from './score.ts';

export async function loadStandings(store: Store): Promise<Standing[]> {
  return (await store.standing.findMany()).map((row): Standing => ({
    provider: row.provider,
    tier: row.tier as ProviderTier,
    epoch: row.epoch,
    firstEpoch: row.firstEpoch,
    parts: {
      audits: { good: row.auditsGood, bad: row.auditsBad },
      retrieval: { good: row.readsGood, bad: row.readsBad },
      uptime: { good: row.uptimeGood, bad: row.uptimeBad },
      repair: { good: row.repairGood, bad: row.repairBad },
    },
    successes: row.successes,
    bytesPerSecond: row.bytesPerSecond ?? undefined,
    speedSamples: row.speedSamples,
    warnedEpoch: row.warnedEpoch ?? undefined,
  }));
}

export async function saveStanding(store: Store, record: Standing): Promise<void> {
  const { provider, tier, epoch, firstEpoch, parts, successes, bytesPerSecond = null, speedSamples, warnedEpoch = null } = record;
  const { audits, retrieval, uptime, repair } = parts;
  const content = {
    tier, epoch, firstEpoch, successes, bytesPerSecond, speedSamples, warnedEpoch,
    auditsGood: audits.good, auditsBad: audits.bad, readsGood: retrieval.good, readsBad: retrieval.bad,
    uptimeGood: uptime.good, uptimeBad: uptime.bad, repairGood: repair.good, repairBad: repair.bad,
  };
  await store.standing.upsert({ where: { provider }, create: { provider, ...content }, update: content });
}
