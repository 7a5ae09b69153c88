import { OPENED } from './events.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

/** The ids of all agreements that were opened with `heavy` as their heavy node, oldest first. */
export async function agreementsWithFootprint(chain: Chain, heavy: number): Promise<number[]> {
  const logs = await readLogs(chain, { event: OPENED, args: { heavy } });
  return logs.map((log) => log.args.id);
}
