/** A bar with its words. `share`: 0 to 1; absent: nobody knows yet. */
export function Progress({ label, share, note, tone }: { label: string; share?: number | undefined; note?: string; tone?: 'good' | 'warn' | 'bad' }) {
  const percent = share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={tone === undefined ? 'progress' : `progress progress-${tone}`}>
      <div className="progress-words"><span>{label}</span><span className="progress-note">{note ?? (percent === undefined ? '' : `${percent} %`)}</span></div>
      <progress className="bar" max={100} {...(percent === undefined ? {} : { value: percent })} aria-label={label} />
    </div>
  );
}
