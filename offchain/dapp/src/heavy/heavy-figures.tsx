import { NODES_POLL_MS } from '../explorer/nodes-poll.ts';
import { useSources } from '../explorer/use-sources.ts';
import { Hint } from '../ui/hint.tsx';
import { Grid, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatCount } from '../ui/format.ts';
import { Amount } from '../ui/values.tsx';
import { readHeavyFigures } from './heavy-reads.ts';

/** A heavy node in a few figures. */
export function HeavyFigures({ id }: { id: number }) {
  const query = useSources(['heavy-figures', id], (sources) => readHeavyFigures(sources, id), { pollMs: NODES_POLL_MS });
  return (
    <StateOf query={query} what="Its figures" lines={2}>
      {({ value: { matches, children, fees, owed, toBurn, bounties } }) => (
        <Grid min="small">
          <Stat label="Matches" hint={<Hint word="footprint" />} value={formatCount(matches)} note="agreements that it brought about" />
          <Stat label="Children" hint={<Hint label="children">Providers that have named it as their parent.</Hint>} value={formatCount(children)} note="by the registry" />
          {fees === undefined ? null : <Stat label="Fees so far" hint={<Hint word="heavy fee" />} value={<Amount value={fees} />} note="settled to it, as the index counts" />}
          <Stat label="Waiting" value={<Amount value={owed} />} note={<>and <Amount value={bounties} /> of bounties</>} />
          <Stat label="To be burned" hint={<Hint label="burned fees">A fifth of every fee is burned when it is paid out: so nobody earns by renting from himself.</Hint>} value={<Amount value={toBurn} />} note="with the next payout" />
        </Grid>
      )}
    </StateOf>
  );
}
