/** What this node has seen of each provider: kept in memory, written to the database behind, asked by placement and repair. */
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import type { ProviderTier } from '../../wire/placement.ts';
import type { Candidate } from '../placement/candidate.ts';
import type { VettingRules } from '../placement/vetting.ts';
import { createHoldings } from './holdings.ts';
import type { Holdings } from './holdings.ts';
import { swayed } from './hearsay.ts';
import type { Word } from './hearsay.ts';
import { loadStandings, saveStanding } from './rows.ts';
import { WARNED_BELOW, faded, newStanding, observations, scoreOf, stateOf } from './score.ts';
import type { Part, Standing, State } from './score.ts';

/** One outcome. `good` and `bad` are weights. */
export interface Outcome {
  readonly part: Part;
  readonly good?: number;
  readonly bad?: number;
  /** Of a verified read of some size. */
  readonly bytesPerSecond?: number;
}

export type Seen = Pick<Candidate, 'reputation' | 'uptime' | 'bytesPerSecond' | 'ageEpochs' | 'vetting'>;

export interface Reputation {
  /** For placement. */
  of(provider: number): Seen;
  record(provider: number): Standing | undefined;
  state(provider: number): State;
  providers(): readonly number[];
  note(provider: number, outcome: Outcome): void;
  /** One probe; an epoch's probes become one observation of uptime when the epoch is over. */
  noteProbe(provider: number, answered: boolean): void;
  /** The current epoch, and the tiers by which records fade. */
  turn(epoch: number, tierOf: (provider: number) => ProviderTier | undefined): void;
  epoch(): number;
  /** Replaces what one neighbour said. */
  hear(heavy: number, words: ReadonlyMap<number, Omit<Word, 'heavy'>>): void;
  readonly holdings: Holdings;
  /** Writes what changed. */
  flush(): Promise<void>;
}

/** Measures of uptime and speed count as such from so many observations on. */
const UPTIME_LEAST = 48;
const SPEED_LEAST = 4;
/** How much of the mean a new measure of speed replaces. */
const SPEED_SHARE = 0.25;
const ROWS_PER_FLUSH = 500;

export async function createReputation(options: { readonly store: Store; readonly log: Logger; readonly vetting: VettingRules; readonly excludedBelow: number }): Promise<Reputation> {
  const { store, log, vetting, excludedBelow } = options;
  const records = new Map((await loadStandings(store)).map((record) => [record.provider, record]));
  const tiers = new Map<number, ProviderTier>();
  const probes = new Map<number, { answered: number; asked: number }>();
  const heard = new Map<number, ReadonlyMap<number, Omit<Word, 'heavy'>>>();
  const dirty = new Set<number>();
  const states = new Map<number, State>();
  /** What placement is told, until something changes it: a match asks for thousands. */
  const told = new Map<number, Seen & { readonly successes: number }>();
  const holdings = createHoldings();
  let epoch = Math.max(0, ...[...records.values()].map((record) => record.epoch));

  const current = (provider: number): Standing => faded(records.get(provider) ?? newStanding(provider, tiers.get(provider) ?? 'standard', epoch), epoch);
  const put = (next: Standing): void => {
    const isLow = scoreOf(next.parts) < WARNED_BELOW;
    const kept: Standing = { ...next, warnedEpoch: isLow ? (next.warnedEpoch ?? next.epoch) : undefined };
    records.set(kept.provider, kept);
    told.delete(kept.provider);
    dirty.add(kept.provider);
    const state = stateOf(kept, { excludedBelow, graduatesAt: vetting.graduatesAt });
    const before = states.get(kept.provider);
    states.set(kept.provider, state);
    if (state !== before && (state === 'warned' || state === 'excluded' || before === 'warned' || before === 'excluded')) {
      log.warn('reputation.changed', { provider: kept.provider, state, score: scoreOf(kept.parts) });
    }
  };
  const add = (record: Standing, { part, good = 0, bad = 0, bytesPerSecond }: Outcome): Standing => {
    const counts = record.parts[part];
    const isSuccess = good > 0 && (part === 'audits' || part === 'retrieval');
    const speed = bytesPerSecond === undefined ? undefined : record.bytesPerSecond === undefined ? bytesPerSecond : record.bytesPerSecond + SPEED_SHARE * (bytesPerSecond - record.bytesPerSecond);
    return {
      ...record,
      parts: { ...record.parts, [part]: { good: counts.good + good, bad: counts.bad + bad } },
      successes: isSuccess ? record.successes + 1 : record.successes,
      ...(speed === undefined ? {} : { bytesPerSecond: speed, speedSamples: record.speedSamples + 1 }),
    };
  };
  const wordsOf = (provider: number): Word[] =>
    [...heard].flatMap(([heavy, words]) => {
      const word = words.get(provider);
      return word === undefined ? [] : [{ heavy, ...word }];
    });

  const seen = (provider: number): Seen & { readonly successes: number } => {
    const words = wordsOf(provider);
    if (!records.has(provider) && words.length === 0) return { ageEpochs: 0, successes: 0 };
    const record = current(provider);
    const { uptime } = record.parts;
    const state = stateOf(record, { excludedBelow, graduatesAt: vetting.graduatesAt });
    const score = swayed({ score: scoreOf(record.parts), observations: observations(record.parts) }, words, excludedBelow);
    return {
      // Who is only warned as yet is not below the line, whatever its score.
      reputation: state === 'excluded' ? Math.min(score, excludedBelow - 1e-9) : Math.max(score, excludedBelow),
      ageEpochs: Math.max(0, epoch - record.firstEpoch),
      successes: record.successes,
      ...(uptime.good + uptime.bad < UPTIME_LEAST ? {} : { uptime: uptime.good / (uptime.good + uptime.bad) }),
      ...(record.bytesPerSecond === undefined || record.speedSamples < SPEED_LEAST ? {} : { bytesPerSecond: record.bytesPerSecond }),
    };
  };

  return {
    holdings,
    of(provider) {
      const known = told.get(provider) ?? seen(provider);
      told.set(provider, known);
      const { successes, ...rest } = known;
      return { ...rest, vetting: { successes, heldBytes: holdings.of(provider) } };
    },
    record: (provider) => (records.has(provider) ? current(provider) : undefined),
    state: (provider) => stateOf(current(provider), { excludedBelow, graduatesAt: vetting.graduatesAt }),
    providers: () => [...records.keys()].sort((a, b) => a - b),
    note: (provider, outcome) => put(add(current(provider), outcome)),
    noteProbe(provider, answered) {
      const sum = probes.get(provider) ?? { answered: 0, asked: 0 };
      probes.set(provider, { answered: sum.answered + Number(answered), asked: sum.asked + 1 });
      if (!records.has(provider)) put(current(provider));
    },
    turn(next, tierOf) {
      for (const [provider, record] of records) {
        const tier = tierOf(provider) ?? record.tier;
        tiers.set(provider, tier);
        if (tier !== record.tier) put({ ...faded(record, epoch), tier });
      }
      if (next <= epoch) return;
      for (const [provider, { answered, asked }] of probes) {
        const share = answered / asked;
        put(add(current(provider), { part: 'uptime', good: share, bad: 1 - share }));
      }
      probes.clear();
      told.clear();
      epoch = next;
    },
    epoch: () => epoch,
    hear(heavy, words) {
      heard.set(heavy, words);
      told.clear();
    },
    async flush() {
      for (const provider of [...dirty].slice(0, ROWS_PER_FLUSH)) {
        dirty.delete(provider);
        const record = records.get(provider);
        if (record !== undefined) await saveStanding(store, record).catch((error: unknown) => {
          dirty.add(provider);
          throw error;
        });
      }
    },
  };
}

