import { EdgeStatus } from '../wire/edge-status.ts';
import { requestJson } from '../wire/http-client.ts';
import { conditionLines } from './condition-lines.ts';
import { ownEndpoint } from './own-node.ts';
import type { Session } from './session.ts';
import { formatBytes } from './units.ts';

/** Asks the edge node at `url`, or the one that this home folder's account operates. */
export async function edgeStatus(session: Session, url: string | undefined): Promise<EdgeStatus> {
  const endpoint = url ?? (await ownEndpoint(session, 'edge'));
  return requestJson(`${endpoint.replace(/\/$/, '')}/status`, { schema: EdgeStatus });
}

export function edgeLines({ id, region, entries, bytes, maxBytes, hits, misses, pulls, sentBytes, condition, causes }: EdgeStatus): string[] {
  const asked = hits + misses;
  return [
    `Edge node  ${id} (region ${region})`,
    ...conditionLines({ condition, causes }, 11),
    `Keeps      ${entries} fragments, ${formatBytes(bytes)} of ${formatBytes(maxBytes)}; ${pulls} pulled since the start`,
    `Serves     ${formatBytes(sentBytes)} since the start, ${asked === 0 ? 'nothing was asked yet' : `${Math.round((100 * hits) / asked)} % of ${asked} requests`}`,
  ];
}
