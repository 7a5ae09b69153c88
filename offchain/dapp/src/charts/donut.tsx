import { Figure, Swatch, TINTS } from './figure.tsx';
import { arcsOf, ringPath } from './path.ts';

export interface Share {
  readonly name: string;
  readonly value: number;
  /** The value with its unit, exact. */
  readonly text: string;
}

/** Shares of a whole: each named beside the ring, with its part in percent. Four at most are told apart; put the rest together. */
export function Donut({ title, shares, whole, isTitleShown = true }: { title: string; shares: readonly Share[]; whole?: string; isTitleShown?: boolean }) {
  const arcs = arcsOf(shares.map(({ value }) => value));
  const percent = (index: number): string => `${(((arcs[index]?.to ?? 0) - (arcs[index]?.from ?? 0)) * 100).toFixed(1)} %`;
  return (
    <Figure title={title} isTitleShown={isTitleShown} table={{ head: ['Part', 'How much', 'Share'], rows: shares.map(({ name, text }, index) => [name, text, percent(index)]) }}>
      <div className="donut">
        <svg width="120" height="120" viewBox="-60 -60 120 120" aria-hidden="true">
          {arcs.length === 0 ? <circle className="chart-grid" r="46" fill="none" /> : arcs.map((arc, index) => <path key={index} className={`chart-bar tint-${index % TINTS}`} d={ringPath(arc, { inner: 38, outer: 56 })} />)}
          {whole === undefined ? null : <text className="donut-whole" textAnchor="middle" dy="0.35em">{whole}</text>}
        </svg>
        <ul className="donut-parts">
          {shares.map(({ name, text }, index) => <li key={name}><Swatch index={index} /><span>{name}</span><strong>{text}</strong><span className="muted">{percent(index)}</span></li>)}
        </ul>
      </div>
    </Figure>
  );
}
