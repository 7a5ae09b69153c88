import type { Address } from 'viem';
import { OPENED } from './events.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

/** The ids of all agreements that `creator` ever opened, oldest first. */
export async function agreementsOf(chain: Chain, creator: Address): Promise<number[]> {
  const logs = await readLogs(chain, { event: OPENED, args: { creator } });
  return logs.map((log) => log.args.id);
}
