import type { Address } from 'viem';
import { getAbiItem } from 'viem';
import { contractOf } from './contracts-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

const FOUNDED = getAbiItem({ abi: endowmentAbi, name: 'Founded' });

/** The numbers of all funds, oldest first; those of one agreement or one founder where named. */
export async function fundsOf(chain: Chain, of: { agreement?: number | undefined; founder?: Address | undefined; fromBlock?: bigint | undefined } = {}): Promise<{ fund: number; agreement: number }[]> {
  const args = { ...(of.agreement === undefined ? {} : { id: of.agreement }), ...(of.founder === undefined ? {} : { founder: of.founder }) };
  const logs = await readLogs(chain, { event: FOUNDED, args, address: contractOf(chain, 'endowment'), fromBlock: of.fromBlock });
  return logs.map((log) => ({ fund: Number(log.args.fund), agreement: log.args.id }));
}
