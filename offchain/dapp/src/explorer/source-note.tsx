import { RECENT_BLOCKS } from './read-events.ts';
import type { Sourced } from './sources.ts';

/** Says when a list had to be made without the index. */
export function SourceNote({ from, children }: { from: Sourced<unknown>['from']; children?: string }) {
  if (from === 'index') return null;
  return <p className="muted small">This comes from the chain alone: only the last {RECENT_BLOCKS.toLocaleString('en')} blocks were looked at. An index knows the rest.{children === undefined ? '' : ` ${children}`}</p>;
}
