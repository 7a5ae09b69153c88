import type { PartHealth } from '../../../../client/object-health.ts';
import { sayMap, slotsOf } from './slot-signs.ts';

/** One tile for each slot: a sign as well as a colour, and all of it in a sentence for who does not see it. */
export function SlotDots({ part }: { part: PartHealth }) {
  return (
    <span className="slot-dots" role="img" aria-label={`Agreement ${part.agreement}: ${sayMap(part)}`}>
      {slotsOf(part).map(({ slot, tone, mark, text }) => <span key={slot} className={`slot-dot slot-dot-${tone}`} title={`Slot ${slot}: ${text}`} aria-hidden="true">{mark}</span>)}
    </span>
  );
}
