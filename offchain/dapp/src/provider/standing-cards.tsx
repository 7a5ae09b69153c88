import { periodOf } from '../../../chain/epoch.ts';
import '../explorer/explorer.css';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { Hint } from '../ui/hint.tsx';
import { Grid, Stat } from '../ui/page.tsx';
import { plural } from '../ui/format.ts';
import { Amount, EpochTime } from '../ui/values.tsx';
import type { ProviderStanding } from './standing.ts';

/** What stands behind its promises, and what is at risk. */
export function StandingCards({ standing }: { standing: ProviderStanding }) {
  const { clock } = useChain();
  const { epoch } = useEpoch();
  const { stake, locked, queued, readyEpoch, free, perEpoch, misses, penalty, atRisk, rules } = standing;
  return (
    <Grid min="small">
      <Stat label="Rent promised" value={<Amount value={perEpoch} />} note="earned with the next proof, fees included" />
      <Stat label="Stake" hint={<Hint word="stake" />} value={<Amount value={stake} />} note={<><Amount value={locked} /> behind promises, <Amount value={free} /> free{queued > 0n ? <>, <Amount value={queued} /> on its way out, ready <EpochTime epoch={readyEpoch} /></> : null}</>} />
      <Stat label="Misses this period" hint={<Hint label="misses">Epochs in which it proved nothing. {plural(rules.missAllowance, 'miss', 'misses')} a period cost nothing but the pay of that epoch; each further one costs {plural(rules.penaltyEpochs, 'epoch')} of rent.</Hint>} value={`${misses} of ${rules.missAllowance} free`} tone={penalty > 0n ? 'bad' : misses > 0 ? 'warn' : 'good'} note={penalty > 0n ? <>costs <Amount value={penalty} /> once reported</> : `period ${periodOf(clock, epoch)}`} />
      <Stat label="At risk" hint={<Hint label="at risk">What would be slashed if every slot were lost for cause now: {plural(rules.slashEpochs, 'epoch')} of rent, never more than the stake.</Hint>} value={<Amount value={atRisk} />} note="if all slots were lost for cause" />
    </Grid>
  );
}
