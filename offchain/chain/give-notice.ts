import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The creator's notice: from `fromPeriod` on anyone may put a successor into the slot without any fault. */
export async function giveNotice(chain: Chain, at: { agreement: number; slot: number }): Promise<{ provider: number; fromPeriod: number }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'giveNotice', args: [at.agreement, BigInt(at.slot)] });
  const { provider, fromPeriod } = eventOf(receipt, marketAbi, 'Noticed');
  return { provider, fromPeriod };
}

/** The period from which the slot's provider is under notice; undefined where no notice was given. */
export async function readNotice(chain: Chain, at: { agreement: number; slot: number }): Promise<number | undefined> {
  const fromPeriod = await chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'noticeOf', args: [at.agreement, BigInt(at.slot)] });
  return fromPeriod === 0 ? undefined : fromPeriod;
}
