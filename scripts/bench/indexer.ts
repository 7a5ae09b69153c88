// usage: node scripts/bench/indexer.ts [--events N] [--per-transaction N]   how many events a second the embedded indexer takes in, from a real chain into an SQLite file
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '../../offchain/store/log.ts';
import { openIndexer } from '../../offchain/indexer/indexer.ts';
import { ask, startIndexed } from '../../test/indexer/indexed.ts';
import { writeManifest } from '../../test/indexer/fixture/build.ts';

const { values } = parseArgs({ options: { events: { type: 'string', default: '10000' }, 'per-transaction': { type: 'string', default: '20' } } });
const events = Number(values.events);
const perTransaction = Number(values['per-transaction']);

const world = await startIndexed();
const home = await mkdtemp(join(tmpdir(), 'holdfast-bench-indexer-'));
try {
  for (let at = 0; at < events; at += perTransaction) await world.act('moveMany', [BigInt(at), BigInt(perTransaction)]);
  const manifest = await writeManifest(world.fixture, { name: 'bench', address: world.emitter, into: home });
  const indexer = await openIndexer({ chain: world.chain, home, settings: { manifest }, log: createLogger({ name: 'bench', write: () => undefined }) });
  const started = performance.now();
  await indexer.tick();
  const seconds = (performance.now() - started) / 1000;
  const { events: taken } = indexer.report();
  const queried = performance.now();
  await ask(indexer, '{ accounts(first: 100, orderBy: balance, orderDirection: desc) { id balance sent(first: 10, orderBy: amount) { amount to { id } } } }');
  const queryMs = performance.now() - queried;
  process.stdout.write(`${taken} events, ${perTransaction} in a block, in ${seconds.toFixed(2)} s: ${Math.round(taken / seconds)} events a second, three entities each; a nested query of 1,000 entities took ${queryMs.toFixed(0)} ms\n`);
  await indexer.close();
} finally {
  await world.stop();
  await rm(home, { recursive: true, force: true });
}
process.exit(0);
