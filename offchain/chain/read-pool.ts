import { getAbiItem, isAddressEqual, zeroAddress } from 'viem';
import type { Address, Hex } from 'viem';
import { ChainError } from './chain-errors.ts';
import { contractOf } from './contracts-of.ts';
import { channelsAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

const SPONSORED = getAbiItem({ abi: channelsAbi, name: 'Sponsored' });

/** A sponsor's pool for the readers of one content. Amounts are token units. */
export interface PoolState {
  readonly pool: bigint;
  readonly sponsor: Address;
  /** Unix second from which the sponsor may take the rest; 0 while the pool is open. */
  readonly closesAt: number;
  /** Signs what was served. */
  readonly signer: Address;
  readonly heavy: number;
  /** keccak-256 of the ContentID. */
  readonly content: Hex;
  readonly maxPerMib: bigint;
  readonly left: bigint;
}

/** Throws NO_SUCH_POOL, NOT_DEPLOYED. */
export async function readPool(chain: Chain, pool: bigint): Promise<PoolState> {
  const [sponsor, closesAt, signer, heavy, content, maxPerMib, left] = await chain.read({
    address: contractOf(chain, 'channels'),
    abi: channelsAbi,
    functionName: 'pools',
    args: [pool],
  });
  if (isAddressEqual(sponsor, zeroAddress)) {
    throw new ChainError('NO_SUCH_POOL', `There is no open pool ${pool}.`, { details: { pool }, nextStep: 'Check the number: it may have been closed.' });
  }
  return { pool, sponsor, closesAt: Number(closesAt), signer, heavy, content, maxPerMib, left };
}

/** The numbers of all pools of a content or of a sponsor, oldest first; closed ones too. */
export async function poolsOf(chain: Chain, of: { content?: Hex | undefined; sponsor?: Address | undefined }): Promise<bigint[]> {
  const args = { ...(of.content === undefined ? {} : { content: of.content }), ...(of.sponsor === undefined ? {} : { sponsor: of.sponsor }) };
  return (await readLogs(chain, { event: SPONSORED, args, address: contractOf(chain, 'channels') })).map((log) => log.args.pool);
}
