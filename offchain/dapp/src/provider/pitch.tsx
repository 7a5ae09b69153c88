import { readParameters } from '../../../chain/read-parameters.ts';
import { useRead } from '../state/read.ts';
import { LinkButton } from '../ui/button.tsx';
import { Card, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatDuration, plural } from '../ui/format.ts';

/** For whoever is not here yet: what a provider does, is paid for, and risks. */
export function Pitch() {
  const rules = useRead(['parameters'], readParameters, { pollMs: false });
  return (
    <Frame title="Rent out disk space" lead="Keep sealed pieces of other people's data, prove every epoch that you still have them, and be paid for each proof." actions={<LinkButton href="/provider/register" kind="primary">Become a provider</LinkButton>}>
      <StateOf query={rules} what="The rules">
        {({ epochSeconds, stakeEpochs, withdrawalEpochs, standard }) => (
          <Grid>
            <Card title="You are paid by the proof"><p>An epoch lasts {formatDuration(epochSeconds)}. The node sends one transaction in each, for all that it holds; rent that was promised at the start never changes, and prepaid tokens wait in the market.</p></Card>
            <Card title="Tokens stand behind it"><p>Your stake covers {plural(stakeEpochs, 'epoch')} of the rent that you promise to earn. What is free comes back {plural(withdrawalEpochs, 'epoch')} after you ask for it, {formatDuration(withdrawalEpochs * epochSeconds, { parts: 2 })}.</p></Card>
            <Card title="What you risk"><p>{plural(standard.missAllowance, 'missed epoch')} a period {standard.missAllowance === 1 ? 'costs nothing but its pay' : 'cost nothing but their pay'}; each further one {plural(standard.penaltyEpochs, 'epoch')} of rent. Who misses {standard.faultRun} in a row, or loses data, loses the slot and {plural(standard.slashEpochs, 'epoch')} of its rent.</p></Card>
          </Grid>
        )}
      </StateOf>
    </Frame>
  );
}
