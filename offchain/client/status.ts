/** How a creator's agreements stand: who holds them, who proved, how long they are paid. */
import { agreementsOf } from '../chain/agreements-of.ts';
import { currentPeriod } from '../chain/current-epoch.ts';
import { epochStart, periodStart } from '../chain/epoch.ts';
import { type Balances, balances } from './balances.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import { type LocalCatalog, loadCatalog } from './local-state.ts';

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
}

export interface Status {
  readonly balances: Balances;
  readonly agreements: readonly AgreementStatus[];
}

/** @throws ChainError NO_SUCH_AGREEMENT, RpcUnavailableError */
export async function status(client: Client, options: { readonly agreement?: number | undefined } = {}): Promise<Status> {
  const { chain, creator } = client;
  const ids = options.agreement === undefined ? await agreementsOf(chain, creator) : [options.agreement];
  const [money, period, local, views] = await Promise.all([
    balances(client),
    currentPeriod(chain),
    loadCatalog(client),
    Promise.all(ids.map((id) => client.views.refresh(id))),
  ]);
  return { balances: money, agreements: views.map((view) => describe(client, view, { period, local })) };
}

function describe(client: Client, { id, state, hosts }: AgreementView, { period, local }: { period: number; local: LocalCatalog }): AgreementStatus {
  const { k, m, batchLog2, heavy, endPeriod, quota, bundles } = state;
  const { clock } = client.chain;
  const isRunning = endPeriod > period;
  const batches = state.batches - state.retiredBatches;
  const slots = state.slots.map(({ slot, provider, rent, faulted, provedThisEpoch }): SlotStatus => {
    const host = hosts.find((one) => one.slot === slot);
    return { slot, provider, ...(host === undefined ? {} : { endpoint: host.endpoint, region: host.region }), rent, faulted, provedThisEpoch };
  });
  return {
    agreement: id, k, m, batchLog2, heavy, endPeriod, quota, batches, bundles, slots,
    isRunning,
    paidUntil: epochStart(clock, periodStart(clock, endPeriod)),
    spare: isRunning ? slots.filter(({ provider, faulted }) => provider !== 0 && !faulted).length - k : 0,
    objects: [...local.catalog.names.values()].filter((versions) => versions.some((one) => one.kind === 'stored' && one.manifest.agreement === id)).length,
  };
}
