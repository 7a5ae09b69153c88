import type { Store } from '../store/open.ts';

const OPEN = 'challenge/';

/**
 * A challenge was posted. Whose it is the chain says when it is looked at: the numbers of a reorganised chain may mean something else.
 */
export async function noteChallenge(store: Store, challenge: bigint): Promise<void> {
  const key = `${OPEN}${challenge}`;
  await store.fact.upsert({ where: { key }, create: { key, value: '' }, update: {} });
}

/** The numbers that may be open, oldest first. */
export async function openChallenges(store: Store): Promise<bigint[]> {
  const rows = await store.fact.findMany({ where: { key: { startsWith: OPEN } } });
  return rows.map(({ key }) => BigInt(key.slice(OPEN.length))).sort((a, b) => (a < b ? -1 : 1));
}

export async function forgetChallenge(store: Store, challenge: bigint): Promise<void> {
  await store.fact.deleteMany({ where: { key: `${OPEN}${challenge}` } });
}
