import { useChain } from '../../state/chain.tsx';
import { formatDuration, formatPercent } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card, Grid, Stat } from '../../ui/page.tsx';
import { LIFETIME_DAYS, REPAIR_DAYS, SAMPLES, detectionOdds, formatDurability, yearlyLoss } from './odds.ts';
import type { Plan } from './plan.ts';

const SHARE = 0.1;
const DAY_SECONDS = 86_400;

/** How safe the plan is, in three figures with their assumptions. */
export function SafetyPanel({ plan: { scheme } }: { plan: Plan }) {
  const { clock } = useChain();
  const epochs = Math.max(1, Math.floor(DAY_SECONDS / clock.epochSeconds));
  const once = detectionOdds({ share: SHARE, epochs: 1 });
  return (
    <Card title="How safe that is">
      <Grid min="small">
        <div className="stat"><div className="stat-label">May be lost at once</div><div className="stat-value">{scheme.m} of {scheme.k + scheme.m}</div><div className="stat-note">providers, any of them</div></div>
        <Stat label="Kept for a year" hint={<Hint label="kept for a year">The odds that nothing is lost, if each provider fails for good once in {LIFETIME_DAYS} days, each on its own, and a lost part is rebuilt within {REPAIR_DAYS === 1 ? 'a day' : `${REPAIR_DAYS} days`}. Providers that fail together are not in it.</Hint>} value={formatDurability(yearlyLoss(scheme))} />
        <Stat label="Cheats caught" hint={<Hint label="cheats caught">A provider that dropped a tenth of all that it should hold, by {SAMPLES} random samples each epoch. The samples cover everything a provider keeps for all its customers.</Hint>} value={formatPercent(detectionOdds({ share: SHARE, epochs }))} note={`within a day; ${formatPercent(once)} in each epoch of ${formatDuration(clock.epochSeconds)}`} />
      </Grid>
    </Card>
  );
}
