import { Link } from 'wouter';
import { Badge } from '../../ui/badge.tsx';
import { plural } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Bytes, Time } from '../../ui/values.tsx';
import { regionName } from '../../ui/regions.ts';
import { SlotDots } from './slot-dots.tsx';
import { sayMap, verdictOf } from './slot-signs.ts';
import { useStoredHealth } from './use-stored.ts';

/** Who holds it, slot by slot, and when it was proven last. */
export function HealthCard({ name }: { name: string }) {
  const health = useStoredHealth();
  return (
    <Card title="Health" hint={<Hint word="slot" />}>
      <StateOf query={health} what="Its health" lines={3}>
        {({ byName }) => {
          const found = byName.get(name);
          if (found === undefined) return <p className="muted">Nothing is known of it yet: it may have been stored a moment ago.</p>;
          const { tone, text } = verdictOf(found.parts);
          return (
            <>
              <div className="row"><Badge tone={tone}>{text}</Badge>{found.sizeBytes === null ? null : <Bytes value={found.sizeBytes} />}</div>
              {found.problem === undefined ? null : <p className="problem">{found.problem}</p>}
              {found.parts.map((part) => (
                <div key={part.agreement} className="stack-tight">
                  <SlotDots part={part} />
                  <p className="muted small">{sayMap(part)}.</p>
                  <Facts rows={[
                    { name: 'Agreement', value: <Link href={`/agreements/${part.agreement}`}>No. {part.agreement}</Link> },
                    { name: 'May still be lost', value: plural(Math.max(0, part.spare), 'provider') },
                    { name: 'Last proof', value: part.lastProof === null ? 'none yet' : <Time seconds={part.lastProof} /> },
                    { name: 'Regions', value: part.regions.map(regionName).join(', ') || 'not known' },
                    { name: 'Paid until', value: <Time seconds={part.paidUntil} /> },
                  ]} />
                </div>
              ))}
            </>
          );
        }}
      </StateOf>
    </Card>
  );
}
