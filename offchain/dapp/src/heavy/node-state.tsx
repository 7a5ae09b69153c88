import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Facts } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatCount } from '../ui/format.ts';
import { Time } from '../ui/values.tsx';
import { readHeavyStatus } from './heavy-reads.ts';

const TONES = { ready: 'good', degraded: 'warn', 'repair-only': 'warn', leaving: 'warn', 'read-only': 'bad', failing: 'bad', starting: 'accent' } as const;

/** What a heavy node answers about itself: its condition with every cause. */
export function NodeState({ endpoint }: { endpoint: string }) {
  const query = useRead(['heavy-status', endpoint], () => readHeavyStatus(endpoint));
  return (
    <StateOf query={query} what="Its own word">
      {({ condition, causes = [], children, agreements, repairs, graph, mode }) => (
        <>
          <Facts rows={[
            { name: 'Condition', value: condition === undefined ? 'not told' : <Badge tone={TONES[condition]}>{condition}</Badge> },
            { name: 'Mode', value: mode === 'normal' ? 'normal' : 'repair-only' },
            { name: 'Children that answer', value: `${formatCount(children.filter(({ alive }) => alive).length)} of ${formatCount(children.length)}` },
            { name: 'Agreements that it looks after', value: formatCount(agreements) },
            { name: 'Repairs', value: formatCount(repairs.length) },
            ...(graph === undefined ? [] : [{ name: 'Other heavy nodes connected', value: formatCount(graph.neighbours.length) }, { name: 'Light nodes attached', value: formatCount(graph.attached) }, { name: 'Requests relayed now', value: formatCount(graph.relaying) }]),
          ]} />
          {causes.map(({ code, sentence, since }) => <p key={code}><Badge tone="warn">{code}</Badge> {sentence} <span className="muted small">Since <Time seconds={since} />.</span></p>)}
        </>
      )}
    </StateOf>
  );
}
