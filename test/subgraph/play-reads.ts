import { keccak256, toHex, zeroAddress, zeroHash } from 'viem';
import { accountOf, eventOf, type Receipt } from '../support/contracts/evm.ts';
import { signServed, signVoucher } from '../support/contracts/vouchers.ts';
import { MILLI, TOKEN } from '../support/contracts/world.ts';
import { CLOSING_SECONDS, type Stage } from './stage.ts';

const CONTENT = keccak256(toHex('a ContentID'));

/** Two channels, one of which is closed, and two sponsors' pools, of which one is. */
export async function playReads({ world, channels, providers, stranger }: Stage): Promise<void> {
  const { evm, heavies } = world;
  const by = { chainId: evm.chainId, channels: channels.address };
  const send = (name: string, args: readonly unknown[]): Promise<Receipt> => evm.send(stranger, channels, name, args);
  const signer = accountOf('reader');
  const opened = async (heavy: number, from: string): Promise<bigint> =>
    eventOf<{ channel: bigint }>(await send('open', [providers[0]!.id, heavy, from, zeroHash, TOKEN]), channels, 'Opened').channel;
  const first = await opened(heavies[1]!.id, signer.address);
  const second = await opened(0, zeroAddress);
  await send('topUp', [first, 3n * MILLI]);
  await send('redeem', [[await signVoucher({ signer, ...by }, { channel: first, total: 7n * MILLI + 3n })]]);
  await send('redeem', [[await signVoucher({ signer, ...by }, { channel: first, total: 9n * MILLI })]]);
  await send('startClosing', [first]);
  const sponsored = async (heavy: number): Promise<bigint> =>
    eventOf<{ pool: bigint }>(await send('sponsor', [CONTENT, signer.address, heavy, MILLI, TOKEN]), channels, 'Sponsored').pool;
  const pool = await sponsored(heavies[0]!.id);
  const other = await sponsored(0);
  await send('fundPool', [pool, 5n * MILLI]);
  const served = (one: bigint, payee: number, total: bigint) => signServed({ signer, ...by }, { pool: one, payee, servedBytes: 50n << 20n, total });
  await send('redeemServed', [[await served(pool, providers[1]!.id, 3n * MILLI), await served(other, providers[2]!.id, MILLI + 1n)]]);
  await send('redeemServed', [[await served(pool, providers[1]!.id, 4n * MILLI)]]);
  await send('startClosingPool', [pool]);
  await evm.goTo(evm.now() + CLOSING_SECONDS + 1);
  await send('close', [first]);
  await send('closePool', [pool]);
  await send('topUp', [second, MILLI]);
}
