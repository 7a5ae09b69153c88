import { CHALLENGED } from '../chain/events.ts';
import { epochAt } from '../chain/epoch.ts';
import { readLogs } from '../chain/logs.ts';
import type { Store } from '../store/open.ts';
import type { Provider } from './context.ts';

/** Read again each time, so that a reorganisation of this depth is noticed. */
const OVERLAP_BLOCKS = 32n;
const FOLLOWED_BLOCK = 'challenges-block';
const OPEN = 'challenge/';

/**
 * Notes the challenges posted since the last call. Whose they are the chain says, when they are looked at: the numbers of a reorganised chain
 * may mean something else.
 */
export async function followChallenges({ chain, store }: Pick<Provider, 'chain' | 'store'>): Promise<void> {
  const head = await chain.ask('the latest block', (client) => client.getBlockNumber({ cacheTime: 0 }));
  const known = await store.fact.findUnique({ where: { key: FOLLOWED_BLOCK } });
  const { fromBlock: first } = chain.deployment;
  const again = known === null ? first : BigInt(known.value) - OVERLAP_BLOCKS;
  const fromBlock = again > first ? again : first;
  if (fromBlock > head) return;
  const epoch = epochAt(chain.clock, await chain.nowSeconds());
  for (const { args } of await readLogs(chain, { event: CHALLENGED, fromBlock, toBlock: head })) {
    if (args.deadlineEpoch > epoch) await note(store, args.challenge);
  }
  // Only now: what a crash cuts off is read once more.
  await store.fact.upsert({ where: { key: FOLLOWED_BLOCK }, create: { key: FOLLOWED_BLOCK, value: String(head) }, update: { value: String(head) } });
}

/** The numbers that may be open, oldest first. */
export async function openChallenges(store: Store): Promise<bigint[]> {
  const rows = await store.fact.findMany({ where: { key: { startsWith: OPEN } } });
  return rows.map(({ key }) => BigInt(key.slice(OPEN.length))).sort((a, b) => (a < b ? -1 : 1));
}

export async function forgetChallenge(store: Store, challenge: bigint): Promise<void> {
  await store.fact.deleteMany({ where: { key: `${OPEN}${challenge}` } });
}

async function note(store: Store, challenge: bigint): Promise<void> {
  const key = `${OPEN}${challenge}`;
  await store.fact.upsert({ where: { key }, create: { key, value: '' }, update: {} });
}
