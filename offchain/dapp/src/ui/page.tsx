import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

/** The inside of <main>: a heading that takes the focus when the page changes, one sentence, acts beside it. */
export function Page({ title, lead, actions, children }: { title: ReactNode; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The first page of a visit keeps the browser's own start; later ones are announced by their heading.
    if (document.body.dataset['visited'] === 'yes') heading.current?.focus({ preventScroll: true });
    document.body.dataset['visited'] = 'yes';
  }, []);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {lead === undefined ? null : <p className="lead">{lead}</p>}
        </div>
        {actions === undefined ? null : <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** `title`: a second-level heading. `tone` colours the edge. */
export function Card({ title, hint, actions, tone, children }: { title?: ReactNode; hint?: ReactNode; actions?: ReactNode; tone?: 'good' | 'warn' | 'bad' | undefined; children: ReactNode }) {
  return (
    <section className={tone === undefined ? 'card' : `card card-${tone}`}>
      {title === undefined ? null : (
        <header className="card-head">
          <h2>{title}{hint}</h2>
          {actions === undefined ? null : <div className="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** Cards and figures side by side where there is room. */
export function Grid({ children, min = 'medium' }: { children: ReactNode; min?: 'small' | 'medium' | 'large' }) {
  return <div className={`grid grid-${min}`}>{children}</div>;
}

/** One figure: what it is, how much, and a word about it. */
export function Stat({ label, hint, value, note, tone }: { label: ReactNode; hint?: ReactNode; value: ReactNode; note?: ReactNode; tone?: 'good' | 'warn' | 'bad' | undefined }) {
  return (
    <div className={tone === undefined ? 'stat' : `stat stat-${tone}`}>
      <div className="stat-label">{label}{hint}</div>
      <div className="stat-value">{value}</div>
      {note === undefined ? null : <div className="stat-note">{note}</div>}
    </div>
  );
}

/** Facts in two columns: name and value. */
export function Facts({ rows }: { rows: readonly { readonly name: ReactNode; readonly value: ReactNode; readonly isTotal?: boolean }[] }) {
  return (
    <dl className="facts">
      {rows.map(({ name, value, isTotal }, i) => (
        <div key={i} className={isTotal === true ? 'fact fact-total' : 'fact'}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
