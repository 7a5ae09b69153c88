import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChain } from '../../offchain/chain/client.ts';
import { openIndexer } from '../../offchain/indexer/indexer.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { readSubgraph } from '../../offchain/indexer/manifest.ts';
import type { SchemaModel } from '../../offchain/indexer/schema/model.ts';
import { parseSchema } from '../../offchain/indexer/schema/parse-schema.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { chainAt } from './chain-at.ts';
import { readChainLog, type LogLine } from './chain-log.ts';
import { compare, type Comparison, type Sides } from './compare.ts';
import { compareLog } from './compare-log.ts';
import { eventsSeen } from './events-seen.ts';
import { indexedSnapshot } from './indexed-snapshot.ts';
import { playHistory } from './play.ts';
import { serveChain } from './serve.ts';
import type { Row, Snapshot } from './snapshot.ts';
import { setStage, type Stage } from './stage.ts';

export interface Check {
  /** How often each event of each contract occurred. */
  readonly events: ReadonlyMap<string, number>;
  readonly indexedEvents: number;
  readonly comparisons: readonly Comparison[];
  /** `Type.field` of every stored field, and those of them that were compared with nothing. */
  readonly fields: readonly string[];
  readonly uncompared: readonly string[];
  /** Fields that were changed on purpose, and that the comparison found, of as many. */
  readonly sabotage: { readonly found: number; readonly of: number };
}

/** A chain on which every event has occurred, served over HTTP. */
export interface Played {
  readonly stage: Stage;
  readonly chain: Chain;
  /** Those worth looking at. */
  readonly blocks: readonly number[];
  readonly log: readonly LogLine[];
  close(): Promise<void>;
}

export async function playChain(): Promise<Played> {
  const stage = await setStage();
  const { evm } = stage.world;
  const blocks = await playHistory(stage);
  const served = await serveChain(evm.request);
  return {
    stage, blocks,
    chain: await createChain({ rpcUrls: [served.rpcUrl], deployment: stage.deployment }),
    log: await readChainLog(evm.request, stage.deployment, blocks.at(-1) as number),
    async close() {
      await served.close();
      await evm.close();
    },
  };
}

/** Indexes the history with the embedded indexer and compares entities with the chain at every marked block. `manifest`: of a built subgraph. */
export async function checkSubgraph(played: Played, manifest: string): Promise<Check> {
  const { stage } = played;
  const { request } = stage.world.evm;
  return withIndex(played, manifest, async ({ snapshotOf, model, indexedEvents }) => {
    const last = played.blocks.at(-1) as number;
    const comparisons: Comparison[] = [];
    for (const block of played.blocks) comparisons.push(await compareAt(played, { block, snapshot: snapshotOf(block), model }));
    const { differences } = await compare(spoil(snapshotOf(last)), chainAt(request, last), stage.deployment);
    const compared = new Set(comparisons.flatMap((one) => [...one.compared]));
    const fields = [...model.entities.values()].flatMap(({ name, fields: own }) => own.filter((one) => one.name !== 'id').map((one) => `${name}.${one.name}`));
    return {
      events: await eventsSeen(request, stage.deployment), indexedEvents, comparisons, fields, uncompared: fields.filter((field) => !compared.has(field)),
      sabotage: { found: SPOILT.filter(([type, field]) => differences.some((one) => one.includes(`${type} `) && one.includes(`.${field} is`))).length, of: SPOILT.length },
    };
  });
}

/** Every difference between the chain and what that subgraph makes of it. */
export async function differencesOf(played: Played, manifest: string): Promise<string[]> {
  return withIndex(played, manifest, async ({ snapshotOf, model }) => {
    const all: string[] = [];
    for (const block of played.blocks) all.push(...(await compareAt(played, { block, snapshot: snapshotOf(block), model })).differences);
    return all;
  });
}

interface Indexed {
  readonly model: SchemaModel;
  readonly indexedEvents: number;
  snapshotOf(block: number): Snapshot;
}

async function withIndex<T>({ chain }: Played, manifest: string, act: (indexed: Indexed) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-subgraph-'));
  const indexer = await openIndexer({ chain, home, settings: { enabled: true, manifest, query: { timeoutMs: 30_000 } }, log: createLogger({ name: 'subgraph', write: () => undefined }) });
  try {
    await indexer.tick();
    const { failure, events } = indexer.report();
    if (failure !== undefined) throw new Error(failure.message);
    const model = parseSchema((await readSubgraph(manifest)).schema);
    return await act({ model, indexedEvents: events, snapshotOf: (block) => indexedSnapshot({ indexer, model, block }) });
  } finally {
    await indexer.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** With the contracts' views at every block, with the log up to it at the last one. */
function compareAt({ stage, blocks, log }: Played, { block, snapshot, model }: { readonly block: number; readonly snapshot: Snapshot; readonly model: SchemaModel }): Promise<Comparison> {
  const withLog = block === blocks.at(-1) ? (sides: Sides) => compareLog(sides, { lines: log, model }) : undefined;
  return compare(snapshot, chainAt(stage.world.evm.request, block), stage.deployment, withLog);
}

/** One field of each kind of entity: a comparison that does not notice compares nothing. */
const SPOILT = [
  ['Node', 'stake'], ['Provider', 'earned'], ['Agreement', 'turns'], ['Slot', 'noticeFrom'], ['Bundle', 'first'], ['Account', 'owed'], ['Creator', 'nonce'], ['Endowment', 'tokens'],
  ['CommonsPool', 'shares'], ['Tenure', 'earned'], ['HeavyNode', 'toBurn'],
] as const;

function spoil(snapshot: Snapshot): Snapshot {
  return async (type) => {
    const rows = await snapshot(type);
    const field = SPOILT.find(([one]) => one === type)?.[1];
    if (field === undefined) return rows;
    return new Map([...rows].map(([id, row]): [string, Row] => [id, { ...row, [field]: plusOne(row[field] ?? 0) }]));
  };
}

function plusOne(value: string | number | boolean): string | number {
  return typeof value === 'number' ? value + 1 : (BigInt(value) + 1n).toString();
}
