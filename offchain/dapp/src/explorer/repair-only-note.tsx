import { Card } from '../ui/page.tsx';
import { formatBps, plural } from '../ui/format.ts';
import type { NetworkFacts } from './network-facts.ts';

/** Why the network takes nothing new, and what ends it. Nothing while it does. */
export function RepairOnlyNote({ facts: { isRepairOnly, provenBps, neededBps, healthEpochs } }: { facts: Pick<NetworkFacts, 'isRepairOnly' | 'provenBps' | 'neededBps' | 'healthEpochs'> }) {
  if (!isRepairOnly) return null;
  return (
    <Card tone="bad" title="Repair-only mode">
      <p>Over the last {plural(healthEpochs, 'full epoch')} providers proved {formatBps(provenBps)} of the data that they are paid for; {formatBps(neededBps)} are needed. So nobody can rent or upload: all capacity goes into reading, proving and repairing what is there.</p>
      <p className="muted">It ends by itself, as soon as providers prove again, lost slots have found successors, or agreements that nobody proves have ended.</p>
    </Card>
  );
}
