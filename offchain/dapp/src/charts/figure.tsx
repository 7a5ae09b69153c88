import { useId } from 'react';
import type { ReactNode } from 'react';
import './charts.css';

export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture with its caption, and the same as a table: folded up for eyes, there for everybody. */
export function Figure({ title, note, table, children, isTitleShown = true }: { title: string; note?: ReactNode; table: ChartTable; children: ReactNode; isTitleShown?: boolean }) {
  const id = useId();
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id} className={isTitleShown ? 'chart-title' : 'sr-only'}>{title}</figcaption>
      {children}
      {note === undefined ? null : <p className="chart-note">{note}</p>}
      <details className="chart-table">
        <summary>Show as a table</summary>
        <div className="table-frame" role="region" aria-label={title} tabIndex={0}>
          <table className="table">
            <caption className="sr-only">{title}</caption>
            <thead><tr>{table.head.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
            <tbody>
              {table.rows.map((cells, row) => (
                <tr key={row}>{cells.map((cell, i) => (i === 0 ? <th key={i} scope="row" data-title={table.head[i]}>{cell}</th> : <td key={i} data-title={table.head[i]}><span>{cell}</span></td>))}</tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** What the marks stand for: a pattern beside each colour. */
export function Legend({ items }: { items: readonly { readonly name: ReactNode; readonly mark: ReactNode }[] }) {
  return <ul className="legend">{items.map(({ name, mark }, i) => <li key={i}>{mark}<span>{name}</span></li>)}</ul>;
}

export function Swatch({ index, isLine = false }: { index: number; isLine?: boolean }) {
  return (
    <svg className={`swatch tint-${index % TINTS}`} width={isLine ? 22 : 12} height="12" aria-hidden="true">
      {isLine ? <path className="chart-line" d="M1 6H21" strokeDasharray={DASHES[index % DASHES.length]} /> : <><rect className="chart-bar" width="12" height="12" rx="2" /><Hatch index={index} width={12} height={12} /></>}
    </svg>
  );
}

export const TINTS = 4;
/** Lines differ by their dashes too. */
export const DASHES = [undefined, '7 4', '2 4', '10 3 2 3'] as const;

/** Bars differ by their strokes too: none, slanted, level, upright. */
export function Hatch({ index, width, height, x = 0, y = 0 }: { index: number; width: number; height: number; x?: number; y?: number }) {
  const kind = index % TINTS;
  if (kind === 0 || width <= 1 || height <= 1) return null;
  const step = 5;
  let path = '';
  if (kind === 1) {
    for (let at = step - height; at < width; at += step) {
      const [fromX, toX] = [Math.max(0, at), Math.min(width, at + height)];
      path += `M${x + fromX} ${y + height - (fromX - at)}L${x + toX} ${y + height - (toX - at)}`;
    }
  } else if (kind === 2) for (let at = step / 2; at < height; at += step) path += `M${x} ${y + at}h${width}`;
  else for (let at = step / 2; at < width; at += step) path += `M${x + at} ${y}v${height}`;
  return <path className="chart-hatch" d={path} />;
}
