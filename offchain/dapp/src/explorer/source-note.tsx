import { RECENT_BLOCKS } from './read-events.ts';
import type { Sourced } from './sources.ts';

/** Says where a history comes from. */
export function SourceNote({ from, children }: { from: Sourced<unknown>['from']; children?: string }) {
  if (from === 'index') return <p className="muted small">Added up by the index from the chain's events. Its counts are compared with the chain; each single figure is not.</p>;
  return <p className="muted small">This comes from the chain alone: only the last {RECENT_BLOCKS.toLocaleString('en')} blocks were looked at. An index knows the rest.{children === undefined ? '' : ` ${children}`}</p>;
}
