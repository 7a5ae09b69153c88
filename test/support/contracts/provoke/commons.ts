import { commonsOf, PER_PERIOD, type Commons } from '../commons.ts';
import { refusal, stranger, type Act, type Provocation, type Provocations } from './provocation.ts';

/** A locked agreement and its empty pool. */
function staged(act: (commons: Commons) => ReturnType<Act>, periods = 3): Provocation {
  return { options: { epochsPerPeriod: 6 }, act: async (world) => act(await commonsOf(world, { periods })) };
}

/** Commons */
export const commons: Provocations = {
  NothingJoined: staged(async ({ agreement, join }) => refusal([agreement.id], () => join(stranger.address, 0n))),
  NoMember: staged(async ({ agreement, quit }) => refusal([agreement.id, 2, stranger.address], () => quit(stranger.address, 2))),
  NotDue: staged(async ({ agreement, pay }) => refusal([agreement.id, 3, 2], pay)),
  PoolShort: staged(async ({ agreement, member, join, pay }) => {
    await join(await member('ada'), 1n);
    return refusal([agreement.id, 1n, PER_PERIOD], pay);
  }, 2),
};
