/** What a heavy node does every epoch and every period, besides repairs: the seed, who proved, and the reports of misses. */
import { epochAt, periodOf } from '../chain/epoch.ts';
import { epochSeed } from '../chain/epoch-seed.ts';
import { poke } from '../chain/poke.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import { reportMisses } from '../chain/report-misses.ts';
import { childrenOf } from './candidates.ts';
import { hasMissedTooMuch, isReported } from './chain-reads.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { MISSES_PER_TRANSACTION, PARALLEL_REQUESTS } from './limits.ts';
import { mapLimited } from './parallel.ts';

export interface Watcher {
  /** One look at the chain; does each epoch's and each period's work once, and again when it failed. */
  tick(): Promise<void>;
}

/** After a poke that fixed nothing. */
const POKE_PAUSE_MS = 1_000;

export function createWatcher(context: HeavyContext, footprint: Footprint): Watcher {
  const { chain, log } = context;
  let pokedEpoch = -1;
  let pokeAgainMs = 0;
  let checkedEpoch = -1;
  let reportedPeriod = -1;
  let reorganisations = 0;

  return {
    async tick() {
      const nowSeconds = await chain.nowSeconds();
      const epoch = epochAt(chain.clock, nowSeconds);
      // At once: every block without a seed is one more try for whoever would rather have another one.
      if (epoch > pokedEpoch && Date.now() >= pokeAgainMs) {
        // Where the chain's clock is behind, the transaction was mined in the epoch before.
        if (await fixSeed(context, epoch)) pokedEpoch = epoch;
        else pokeAgainMs = Date.now() + POKE_PAUSE_MS;
      }
      await footprint.follow();
      // The seed, and the reports, may have gone with their blocks: all of it is looked at once more, and done where it is missing.
      if (footprint.reorganisations() !== reorganisations) {
        reorganisations = footprint.reorganisations();
        log.warn('chain.reorganised', { epoch });
        await fixSeed(context, epoch);
        reportedPeriod = -1;
      }
      if (epoch - 1 > checkedEpoch) {
        const providers = await silentIn(context, footprint, epoch - 1);
        if (providers.length > 0) log.warn('proofs.missed', { epoch: epoch - 1, providers });
        checkedEpoch = epoch - 1;
      }
      const past = periodOf(chain.clock, epoch) - 1;
      if (past > reportedPeriod) {
        await reportPast(context, footprint, past);
        reportedPeriod = past;
      }
    },
  };
}

/** Fixes the epoch's seed unless somebody did; false when it is not fixed yet. Losing that race costs a little gas and nothing else. */
async function fixSeed({ chain, log }: HeavyContext, epoch: number): Promise<boolean> {
  if ((await epochSeed(chain, epoch)) !== undefined) return true;
  const fixed = await poke(chain);
  if (fixed !== undefined) log.info('epoch.poked', { epoch: fixed.epoch });
  return fixed?.epoch === epoch || (await epochSeed(chain, epoch)) !== undefined;
}

/** Providers of running agreements that were on duty in `epoch`, and of whose proof no event tells. */
async function silentIn({ chain }: HeavyContext, footprint: Footprint, epoch: number): Promise<number[]> {
  const agreements = await mapLimited(footprint.agreements(), PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
  const running = agreements.filter(({ endPeriod }) => periodOf(chain.clock, epoch) < endPeriod);
  const onDuty = running.flatMap(({ slots }) => slots).filter(({ provider, startEpoch }) => provider !== 0 && startEpoch < epoch);
  const silent = onDuty.filter(({ provider }) => (footprint.lastProved(provider) ?? -1) < epoch);
  return [...new Set(silent.map(({ provider }) => provider))].sort((a, b) => a - b);
}

/** Reports those of this node's providers that missed more than the allowance in `period` and are not reported yet. */
async function reportPast(context: HeavyContext, footprint: Footprint, period: number): Promise<void> {
  const { chain, log } = context;
  const children = (await childrenOf(context)).map(({ id }) => id);
  const providers = [...new Set([...children, ...footprint.providers()])];
  const checked = await mapLimited(providers, PARALLEL_REQUESTS, async (provider) => {
    return { provider, isDue: (await hasMissedTooMuch(chain, provider, period)) && !(await isReported(chain, provider, period)) };
  });
  const due = checked.filter(({ isDue }) => isDue).map(({ provider }) => provider);
  for (let at = 0; at < due.length; at += MISSES_PER_TRANSACTION) {
    const reported = await reportMisses(chain, { providers: due.slice(at, at + MISSES_PER_TRANSACTION), period });
    log.info('misses.reported', { period, reported });
  }
}
