/** While something is on its way. `lines` hold its place, so that nothing jumps. */
export function Loading({ what = 'Loading', lines = 3 }: { what?: string; lines?: number }) {
  return (
    <div className="loading" role="status">
      <span className="sr-only">{what} …</span>
      {Array.from({ length: lines }, (_, i) => <span key={i} className="bone" aria-hidden="true" />)}
    </div>
  );
}
