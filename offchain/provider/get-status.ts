import { epochAt } from '../chain/epoch.ts';
import { networkMode } from '../chain/network-mode.ts';
import type { ProviderStatus } from '../wire/messages.ts';
import type { Provider } from './context.ts';
import { countBad } from './fragments.ts';
import { loadScrubProgress } from './scrub-progress.ts';
import type { ScrubProgress } from './scrub-progress.ts';
import { measureSpace } from './space.ts';

/** What anybody may know about this node. Answers from the store while the RPC is away. */
export async function getStatus(provider: Provider): Promise<ProviderStatus> {
  const { store, config, chain, clock, id, account } = provider;
  const nowSeconds = await clock.nowSeconds();
  const space = await measureSpace({ store, files: provider.files, capacityBytes: config.capacityBytes, nowSeconds });
  const agreements = await store.heldSlot.count({ where: { state: 'held' } });
  const last = await store.proofOutcome.findFirst({ orderBy: { epoch: 'desc' } });
  const scrub = await loadScrubProgress(store);
  return {
    id,
    operator: account.address,
    tier: config.tier,
    region: config.region,
    epoch: Math.max(0, epochAt(chain.clock, nowSeconds)),
    mode: await networkMode(chain),
    ...healthOf(provider.health.known()),
    ...(provider.disk.cause === undefined ? {} : { readOnly: provider.disk.cause }),
    freeBytes: Number(space.freeBytes),
    storedBytes: Number(space.storedBytes),
    agreements,
    price: config.price,
    damaged: await countBad(store),
    ...(scrub === undefined ? {} : { scrub: scrubReport(scrub) }),
    ...(last === null ? {} : { lastProof: { epoch: last.epoch, ok: last.ok, ...given('txHash', last.txHash), ...given('error', last.error) } }),
  } as ProviderStatus;
}

function healthOf({ condition, causes }: ReturnType<Provider['health']['known']>): Pick<ProviderStatus, 'condition' | 'causes'> {
  return { condition, causes };
}

function scrubReport({ pass, startedMs, endedMs, bytes, damaged, last }: ScrubProgress): ProviderStatus['scrub'] {
  const endMs = endedMs ?? last?.endedMs;
  return { pass, started: Math.floor(startedMs / 1000), checkedBytes: bytes, damaged, ...(endMs === undefined ? {} : { lastEnd: Math.floor(endMs / 1000) }) };
}

function given<K extends string>(key: K, value: string | null): Partial<Record<K, string>> {
  return value === null ? {} : ({ [key]: value } as Record<K, string>);
}
