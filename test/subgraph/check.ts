import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChain } from '../../offchain/chain/client.ts';
import { openIndexer } from '../../offchain/indexer/indexer.ts';
import { readSubgraph } from '../../offchain/indexer/manifest.ts';
import { parseSchema } from '../../offchain/indexer/schema/parse-schema.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { chainAt } from './chain-at.ts';
import { compare, type Comparison } from './compare.ts';
import { eventsSeen } from './events-seen.ts';
import { indexedSnapshot } from './indexed-snapshot.ts';
import { playHistory } from './play.ts';
import { serveChain } from './serve.ts';
import type { Row, Snapshot } from './snapshot.ts';
import { setStage } from './stage.ts';

export interface Check {
  /** How often each event of each contract occurred. */
  readonly events: ReadonlyMap<string, number>;
  readonly indexedEvents: number;
  readonly comparisons: readonly Comparison[];
  /** Fields that were changed on purpose, and that the comparison found, of as many. */
  readonly sabotage: { readonly found: number; readonly of: number };
}

/** Plays the history, indexes it with the embedded indexer over HTTP, and compares entities with the chain at every marked block. `manifest`: of subgraph/build. */
export async function checkSubgraph({ manifest }: { readonly manifest: string }): Promise<Check> {
  const stage = await setStage();
  const { evm } = stage.world;
  const home = await mkdtemp(join(tmpdir(), 'holdfast-subgraph-'));
  try {
    const blocks = await playHistory(stage);
    const events = await eventsSeen(evm.request, stage.deployment);
    const served = await serveChain(evm.request);
    const chain = await createChain({ rpcUrls: [served.rpcUrl], deployment: stage.deployment });
    const indexer = await openIndexer({ chain, home, settings: { enabled: true, manifest, query: { timeoutMs: 30_000 } }, log: createLogger({ name: 'subgraph', write: () => undefined }) });
    try {
      await indexer.tick();
      const { failure, events: indexedEvents } = indexer.report();
      if (failure !== undefined) throw new Error(failure.message);
      const model = parseSchema((await readSubgraph(manifest)).schema);
      const comparisons: Comparison[] = [];
      for (const block of blocks) comparisons.push(await compare(indexedSnapshot({ indexer, model, block }), chainAt(evm.request, block), stage.deployment));
      const last = blocks.at(-1) as number;
      const spoilt = spoil(indexedSnapshot({ indexer, model, block: last }));
      const { differences } = await compare(spoilt, chainAt(evm.request, last), stage.deployment);
      return { events, indexedEvents, comparisons, sabotage: { found: SPOILT.filter(([type, field]) => differences.some((one) => one.includes(`${type} `) && one.includes(`.${field} is`))).length, of: SPOILT.length } };
    } finally {
      await indexer.close();
      await served.close();
    }
  } finally {
    await evm.close();
    await rm(home, { recursive: true, force: true });
  }
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
