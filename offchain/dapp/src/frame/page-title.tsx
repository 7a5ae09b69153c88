/** React lifts it into the head. */
export function PageTitle({ title }: { title: string }) {
  return <title>{title === 'Overview' ? 'Holdfast' : `${title} · Holdfast`}</title>;
}
