import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export interface Column<Row> {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand to the right. */
  readonly isNumber?: boolean;
  /** The column that names the row: the head of its card on a phone. One of them. */
  readonly isName?: boolean;
}

/** On a phone each row is a card with the column's title before each value. `caption` is for screen readers. */
export function Table<Row>({ caption, columns, rows, rowKey, empty }: { caption: string; columns: readonly Column<Row>[]; rows: readonly Row[]; rowKey: (row: Row) => string | number; empty?: ReactNode }) {
  if (rows.length === 0) return <>{empty ?? null}</>;
  return (
    <div className="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>{columns.map(({ title, hint, isNumber }) => <th key={title} scope="col" className={classNames(isNumber === true && 'number')}>{title}{hint}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ title, cell, isNumber, isName }) =>
                isName === true
                  ? <th key={title} scope="row" data-title={title}>{cell(row)}</th>
                  : <td key={title} data-title={title} className={classNames(isNumber === true && 'number')}><span>{cell(row)}</span></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
