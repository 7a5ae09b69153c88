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
import type { ChainAt } from './chain-at.ts';
import { readChainLog, type LogLine } from './chain-log.ts';
import { compare, type Comparison } from './compare.ts';
import { compareLog } from './compare-log.ts';
import { compareReckoned } from './compare-reckoned.ts';
import { eventsSeen } from './events-seen.ts';
import { indexedSnapshot } from './indexed-snapshot.ts';
import type { Clock } from './links.ts';
import { playHistory } from './play.ts';
import { historyOf, type History } from './reckon/history.ts';
import { reckonAll } from './reckon/reckon.ts';
import type { Reckoned } from './reckon/reckoned.ts';
import { rememberedViews, type Views } from './reckon/views.ts';
import { serveChain } from './serve.ts';
import type { Snapshot } from './snapshot.ts';
import { spoil, SPOILT, spoilingRounds, unfound } from './spoil.ts';
import { setStage, type Stage } from './stage.ts';

export interface Check {
  /** How often each event of each contract occurred. */
  readonly events: ReadonlyMap<string, number>;
  readonly indexedEvents: number;
  readonly comparisons: readonly Comparison[];
  /** `Type.field` of every stored field, and those of them that were compared with nothing. */
  readonly fields: readonly string[];
  readonly uncompared: readonly string[];
  /** Compared, but never with anything but null, 0 or false. */
  readonly untold: readonly string[];
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
  /** The chain behind any block; what was asked once is remembered. */
  readonly views: Views;
  /** The log up to a block, and what entities have to say behind it: reckoned once. */
  historyAt(block: number): History;
  reckonedAt(block: number): Promise<readonly Reckoned[]>;
  close(): Promise<void>;
}

export async function playChain(): Promise<Played> {
  const stage = await setStage();
  return record(stage, await playHistory(stage));
}

/** What has happened on the stage, to be looked at behind these blocks. */
export async function record(stage: Stage, blocks: readonly number[]): Promise<Played> {
  const { evm } = stage.world;
  const served = await serveChain(evm.request);
  const views = rememberedViews(evm.request);
  const last = blocks.at(-1) as number;
  const log = await readChainLog(evm.request, stage.deployment, last);
  const clock = await clockOf(views(BigInt(last)), stage);
  const historyAt = (block: number): History => historyOf({ deployment: stage.deployment, clock, lines: log, block, views });
  const reckoned = new Map<number, Promise<readonly Reckoned[]>>();
  return {
    stage, blocks, log, views, historyAt,
    chain: await createChain({ rpcUrls: [served.rpcUrl], deployment: stage.deployment }),
    reckonedAt(block) {
      const known = reckoned.get(block) ?? reckonAll(historyAt(block));
      reckoned.set(block, known);
      return known;
    },
    async close() {
      await served.close();
      await evm.close();
    },
  };
}

async function clockOf(chain: ChainAt, { world: { registry } }: Stage): Promise<Clock> {
  const [genesis, epochSeconds, epochsPerPeriod] = [await chain.read<bigint>(registry, 'genesis'), await chain.read<number>(registry, 'epochSeconds'), await chain.read<number>(registry, 'epochsPerPeriod')];
  return { genesis, epochSeconds: BigInt(epochSeconds), epochsPerPeriod };
}

/** Indexes the history with the embedded indexer and compares entities with the chain at every marked block. `manifest`: of a built subgraph. */
export async function checkSubgraph(played: Played, manifest: string): Promise<Check> {
  const { stage } = played;
  const { request } = stage.world.evm;
  return withIndex(played, manifest, async ({ snapshotOf, model, indexedEvents }) => {
    const comparisons: Comparison[] = [];
    for (const block of played.blocks) comparisons.push(await compareAt(played, { block, snapshot: snapshotOf(block), model }));
    const { differences } = await compareLast(played, model, spoil(snapshotOf(lastBlock(played)), SPOILT));
    const compared = new Set(comparisons.flatMap((one) => [...one.compared]));
    const telling = new Set(comparisons.flatMap((one) => [...one.telling]));
    const fields = [...model.entities.values()].flatMap(({ name, fields: own }) => own.filter((one) => one.name !== 'id').map((one) => `${name}.${one.name}`));
    return {
      events: await eventsSeen(request, stage.deployment), indexedEvents, comparisons, fields, uncompared: fields.filter((field) => !compared.has(field)), untold: fields.filter((field) => compared.has(field) && !telling.has(field)),
      sabotage: { found: SPOILT.length - unfound(SPOILT, differences).length, of: SPOILT.length },
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

/** Changes every stored field of the schema, one after the other. Those whose change the comparison does not find. */
export async function unfoundFields(played: Played, manifest: string): Promise<string[]> {
  return withIndex(played, manifest, async ({ snapshotOf, model }) => {
    const snapshot = snapshotOf(lastBlock(played));
    const tryOut = async (fields: readonly (readonly [string, string])[]): Promise<string[]> => {
      try {
        return unfound(fields, (await compareLast(played, model, spoil(snapshot, fields))).differences);
      } catch {
        // A comparison that cannot go on has noticed something; which of several is seen in halves.
        const half = Math.ceil(fields.length / 2);
        return fields.length === 1 ? [] : [...(await tryOut(fields.slice(0, half))), ...(await tryOut(fields.slice(half)))];
      }
    };
    const all: string[] = [];
    for (const fields of spoilingRounds(model)) all.push(...(await tryOut(fields)));
    return all;
  });
}

/** What the mappings wrote into the log. */
export async function loggedBy(played: Played, manifest: string): Promise<string[]> {
  const lines: string[] = [];
  await withIndex(played, manifest, async () => undefined, (line) => void lines.push(line));
  return lines;
}

interface Indexed {
  readonly model: SchemaModel;
  readonly indexedEvents: number;
  snapshotOf(block: number): Snapshot;
}

async function withIndex<T>({ chain }: Played, manifest: string, act: (indexed: Indexed) => Promise<T>, write: (line: string) => void = () => undefined): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-subgraph-'));
  const indexer = await openIndexer({ chain, home, settings: { enabled: true, manifest, query: { timeoutMs: 30_000 } }, log: createLogger({ name: 'subgraph', write }) });
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

function lastBlock({ blocks }: Played): number {
  return blocks.at(-1) as number;
}

function compareLast(played: Played, model: SchemaModel, snapshot: Snapshot): Promise<Comparison> {
  return compareAt(played, { block: lastBlock(played), snapshot, model });
}

/** With the contracts' views and the reckoning at every block, with each line of the log up to it at the last one. */
function compareAt(played: Played, { block, snapshot, model }: { readonly block: number; readonly snapshot: Snapshot; readonly model: SchemaModel }): Promise<Comparison> {
  return compare(snapshot, played.views(BigInt(block)), played.stage.deployment, async (sides) => {
    await compareReckoned(sides, await played.reckonedAt(block));
    if (block === lastBlock(played)) await compareLog(sides, { history: played.historyAt(block), model });
  });
}
