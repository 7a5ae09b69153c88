import { epochAt } from '../chain/epoch.ts';
import type { Health, ProviderStatus } from '../wire/messages.ts';
import type { Provider } from './context.ts';
import { measureSpace } from './space.ts';

/** What anybody may know about this node. Answers from the store while the RPC is away. */
export async function getStatus(provider: Provider): Promise<ProviderStatus> {
  const { store, config, chain, clock, id, account } = provider;
  const nowSeconds = await clock.nowSeconds();
  const space = await measureSpace({ store, home: config.home, capacityBytes: config.capacityBytes, nowSeconds });
  const agreements = await store.heldSlot.count({ where: { state: 'held' } });
  const last = await store.proofOutcome.findFirst({ orderBy: { epoch: 'desc' } });
  return {
    id,
    operator: account.address,
    tier: config.tier,
    region: config.region,
    epoch: Math.max(0, epochAt(chain.clock, nowSeconds)),
    mode: 'normal',
    freeBytes: Number(space.freeBytes),
    storedBytes: Number(space.storedBytes),
    agreements,
    ...(last === null ? {} : { lastProof: { epoch: last.epoch, ok: last.ok, ...given('txHash', last.txHash), ...given('error', last.error) } }),
  } as ProviderStatus;
}

/** Ready when the chain answers, the database answers and no fragment is known to be damaged. */
export async function getReadiness(provider: Provider): Promise<Health> {
  const causes: string[] = [];
  await provider.chain.nowSeconds().catch((error: unknown) => causes.push(`The chain does not answer: ${messageOf(error)}`));
  const bad = await provider.store.fragment.count({ where: { bad: true } }).catch((error: unknown) => {
    causes.push(`The database does not answer: ${messageOf(error)}`);
    return 0;
  });
  if (bad > 0) causes.push(`${bad} stored fragments are damaged.`);
  return { ok: causes.length === 0, causes };
}

function given<K extends string>(key: K, value: string | null): Partial<Record<K, string>> {
  return value === null ? {} : ({ [key]: value } as Record<K, string>);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
