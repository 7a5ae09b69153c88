/** The mark: a stem and its roots, as a kelp's holdfast grips the rock. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="mark">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round">
        <path d="M16 5.500v11" /><path d="M16 16.500c0 5-3.500 5-3.500 9.500" /><path d="M16 16.500c0 5 3.500 5 3.500 9.500" /><path d="M16 13c0 6-9 4-9 12" /><path d="M16 13c0 6 9 4 9 12" />
      </g>
    </svg>
  );
}
