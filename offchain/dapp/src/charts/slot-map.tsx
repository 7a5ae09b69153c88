import { Link } from 'wouter';
import { Figure } from './figure.tsx';
import { SLOT_WORDS, saySlot, saySlots } from './slot-words.ts';
import type { SlotMark } from './slot-words.ts';

/** The slots of an agreement as tiles with sign, word and provider. `href`: where a tile leads. */
export function SlotMap({ title, marks, href, isTitleShown = false }: { title: string; marks: readonly SlotMark[]; href?: (mark: SlotMark) => string | undefined; isTitleShown?: boolean }) {
  return (
    <Figure title={title} isTitleShown={isTitleShown} note={`${saySlots(marks)}.`} table={{ head: ['Slot', 'Provider', 'State', 'More'], rows: marks.map(({ slot, provider, condition, note }) => [String(slot), provider === 0 ? 'nobody' : String(provider), SLOT_WORDS[condition].word, note ?? '']) }}>
      <ul className="slot-map">
        {marks.map((mark) => {
          const to = href?.(mark);
          const { sign, word } = SLOT_WORDS[mark.condition];
          const inside = (
            <>
              <span className="slot-number"><span className="sr-only">Slot </span>{mark.slot}</span>
              <span className="slot-sign" aria-hidden="true">{sign}</span>
              <span className="slot-word">{word}</span>
              <span className="slot-who">{mark.provider === 0 ? '' : `No. ${mark.provider}`}</span>
            </>
          );
          const name = `slot slot-${mark.condition}`;
          return <li key={mark.slot}>{to === undefined ? <span className={name} title={saySlot(mark)}>{inside}</span> : <Link href={to} className={name} title={saySlot(mark)}>{inside}</Link>}</li>;
        })}
      </ul>
    </Figure>
  );
}
