/** How a creator's agreements stand: who holds them, who proved, how long they are paid. */
import { agreementsOf } from '../chain/agreements-of.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { lastProvenEpoch } from '../chain/last-proven-epoch.ts';
import { retiredBundles } from '../chain/retire-bundle.ts';
import type { LostBatch } from '../wire/losses.ts';
import { epochStart, periodOf, periodStart } from '../chain/epoch.ts';
import { abortable, unlessAborted } from './aborting.ts';
import { type Balances, balances } from './balances.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import { type LocalCatalog, loadCatalog } from './local-state.ts';
import { lossesTold } from './repair/lost-batches.ts';
import { isLostChunk } from './repair/readable.ts';
import { knownUsageOf } from './usage.ts';

export interface SlotStatus {
  readonly slot: number;
  /** 0: released; while the agreement runs: vacant, and about to be repaired. */
  readonly provider: number;
  readonly endpoint?: string;
  readonly region?: number;
  /** Token units per epoch. */
  readonly rent: bigint;
  readonly faulted: boolean;
  readonly provedThisEpoch: boolean;
  /** Unix seconds: when the newest epoch began that its provider has proven while in this slot. Absent where it has proven none. */
  readonly lastProof?: number;
}

export interface AgreementStatus {
  readonly agreement: number;
  readonly k: number;
  readonly m: number;
  readonly batchLog2: number;
  readonly heavy: number;
  readonly isRunning: boolean;
  readonly endPeriod: number;
  /** Unix seconds. */
  readonly paidUntil: number;
  /** Batches: reserved, and used. */
  readonly quota: number;
  readonly batches: number;
  readonly bundles: number;
  /** Slots that may still be lost without losing data: healthy ones minus k. Negative: so many must come back before the data can be read. 0 at its end. */
  readonly spare: number;
  readonly slots: readonly SlotStatus[];
  /** Names with at least one version here, as this folder last knew them. */
  readonly objects: number;
  /** Batches of which too few fragments are left, as a heavy node says; `repair` looks for itself. */
  readonly lostBatches: readonly LostBatch[];
  /** Names with a version that has a part in one of them. */
  readonly lostNames: readonly string[];
}

export interface Status {
  readonly balances: Balances;
  readonly agreements: readonly AgreementStatus[];
}

/** @throws ChainError NO_SUCH_AGREEMENT, RpcUnavailableError, AbortedError */
export function status(client: Client, options: { readonly agreement?: number | undefined; readonly signal?: AbortSignal | undefined } = {}): Promise<Status> {
  return abortable('Looking at the agreements', options.signal, () => unlessAborted(look(client, options.agreement), options.signal));
}

async function look(client: Client, agreement: number | undefined): Promise<Status> {
  const { chain, creator } = client;
  const ids = agreement === undefined ? await agreementsOf(chain, creator) : [agreement];
  const [money, epoch, local, views] = await Promise.all([
    balances(client),
    currentEpoch(chain),
    loadCatalog(client),
    Promise.all(ids.map((id) => client.views.refresh(id))),
  ]);
  const period = periodOf(chain.clock, epoch);
  const agreements = await Promise.all(views.map(async (view) => ({ ...describe(client, view, { period, local, proofs: await proofsOf(client, view, epoch) }), ...(await lossesOf(client, view, { period, local })) })));
  return { balances: money, agreements };
}

/** Names are looked up only where something is lost: every manifest is read for it. */
async function lossesOf(client: Client, view: AgreementView, { period, local }: { period: number; local: LocalCatalog }): Promise<Pick<AgreementStatus, 'lostBatches' | 'lostNames'>> {
  const { id, state } = view;
  const told = state.endPeriod > period ? await lossesTold(client, id) : [];
  const gone = told.length === 0 ? new Set<number>() : await retiredBundles(client.chain, id);
  const lostBatches = told.filter(({ bundle }) => !gone.has(bundle));
  if (lostBatches.length === 0) return { lostBatches, lostNames: [] };
  const lost = new Map<number, Set<number>>();
  for (const { bundle, batch } of lostBatches) lost.set(bundle, (lost.get(bundle) ?? new Set()).add(batch));
  const { versions, unread } = await knownUsageOf(client, local.catalog);
  const hit = versions.filter(({ ref, manifest }) => [...ref.chunks, ...manifest.chunks].some((chunk) => isLostChunk(view, lost, chunk)));
  const lostNames = new Set([...hit, ...unread.filter(({ ref }) => ref.chunks.some((chunk) => isLostChunk(view, lost, chunk)))].map(({ name }) => name));
  return { lostBatches, lostNames: [...lostNames].sort() };
}

/** Unix seconds of the newest proof, by slot. */
async function proofsOf({ chain }: Client, { state }: AgreementView, epoch: number): Promise<ReadonlyMap<number, number>> {
  const to = Math.min(epoch, periodStart(chain.clock, state.endPeriod) - 1) + 1;
  const found = await Promise.all(state.slots.map(async ({ slot, provider, startEpoch, provedThisEpoch }): Promise<[number, number][]> => {
    if (provider === 0) return [];
    const last = provedThisEpoch ? epoch : await lastProvenEpoch(chain, { provider, from: Math.max(startEpoch, state.startEpoch), to });
    return last === undefined ? [] : [[slot, epochStart(chain.clock, last)]];
  }));
  return new Map(found.flat());
}

function describe(client: Client, { id, state, hosts }: AgreementView, { period, local, proofs }: { period: number; local: LocalCatalog; proofs: ReadonlyMap<number, number> }): Omit<AgreementStatus, 'lostBatches' | 'lostNames'> {
  const { k, m, batchLog2, heavy, endPeriod, quota, bundles } = state;
  const { clock } = client.chain;
  const isRunning = endPeriod > period;
  const batches = state.batches - state.retiredBatches;
  const slots = state.slots.map(({ slot, provider, rent, faulted, provedThisEpoch }): SlotStatus => {
    const host = hosts.find((one) => one.slot === slot);
    const lastProof = proofs.get(slot);
    return { slot, provider, ...(host === undefined ? {} : { endpoint: host.endpoint, region: host.region }), rent, faulted, provedThisEpoch, ...(lastProof === undefined ? {} : { lastProof }) };
  });
  return {
    agreement: id, k, m, batchLog2, heavy, endPeriod, quota, batches, bundles, slots,
    isRunning,
    paidUntil: epochStart(clock, periodStart(clock, endPeriod)),
    spare: isRunning ? slots.filter(({ provider, faulted }) => provider !== 0 && !faulted).length - k : 0,
    objects: [...local.catalog.names.values()].filter((versions) => versions.some((one) => one.kind === 'stored' && one.manifest.agreement === id)).length,
  };
}
