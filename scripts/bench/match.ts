// usage: node scripts/bench/match.ts [--providers 10000] [--matches 100] [--json]
// How long a heavy node takes to match an agreement of 10+6 among many registered providers, really registered on a local chain; and from its file after a restart.
import { fork } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { privateKeyToAccount } from 'viem/accounts';
import { createChain } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { PRODUCTION } from '../../offchain/chain/devnet-parameters.ts';
import { startLocalChain } from '../../offchain/chain/local-chain.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import { deployDevnet } from '../../offchain/cli/devnet/deploy-devnet.ts';
import { createBook } from '../../offchain/heavy/book.ts';
import type { HeavyContext } from '../../offchain/heavy/context.ts';
import { createDirectory } from '../../offchain/heavy/directory.ts';
import { createNoGraph } from '../../offchain/heavy/graph/no-graph.ts';
import { match } from '../../offchain/heavy/match.ts';
import { createReputation } from '../../offchain/heavy/reputation/reputation.ts';
import { parseSettings } from '../../offchain/heavy/settings.ts';
import { createAskBook } from '../../offchain/p2p/asks.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { openStore } from '../../offchain/store/open.ts';
import { watchProcess } from './match-account.ts';
import { askedPrice } from './match-keys.ts';
import { registerProviders } from './match-registry.ts';

const { values } = parseArgs({ options: { providers: { type: 'string', default: '10000' }, matches: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } } });
const [count, matches] = [Number(values.providers), Number(values.matches)];
/** The first ones compile the code, and compile it again once more is known of it. */
const WARMUP = 40;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;

const folder = await mkdtemp(join(tmpdir(), 'holdfast-match-'));
const local = await startLocalChain();
const signers = fork(fileURLToPath(new URL('./match-signers.ts', import.meta.url)), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
try {
  const { rpcUrl } = local;
  const deployer = await deployDevnet({ rpcUrl, parameters: { ...PRODUCTION, healthBps: 0 }, deploymentPath: join(folder, 'deployment.json') });
  const { deployment } = deployer;
  const account = devAccount(1, DEV_CHAIN_ID);
  const watched = watchProcess(await createChain({ rpcUrls: [rpcUrl], deployment, account, pollMs: 50 }));
  const { chain } = watched;
  const { id } = await registerNode(chain, { tier: 'heavy', region: 1, payout: account.address, endpoint: 'http://127.0.0.1:1' });
  const first = id + 1;
  signers.send({ chainId: deployment.chainId, market: deployment.market, first });
  const [{ port }] = (await once(signers, 'message')) as [{ port: number }];
  let startedMs = performance.now();
  await registerProviders(deployer, { rpcUrl, count, parent: id, url: `http://127.0.0.1:${port}` });
  say(`${count} providers registered and staked in ${seconds(startedMs)}`);

  const settings = parseSettings({ home: folder });
  const log = createLogger({ name: 'bench', write: () => undefined });
  const store = await openStore({ url: `file:${join(folder, 'heavy.db')}` });
  const path = join(folder, 'directory.json');
  // The tick of a heavy node's loops keeps it at most a second old; here nothing else ticks.
  const directory = createDirectory(chain, { maxAgeMs: 1_000, path });
  startedMs = performance.now();
  await directory.all();
  say(`the registry read from the chain in ${seconds(startedMs)}`);
  await directory.save();
  startedMs = performance.now();
  await createDirectory(chain, { maxAgeMs: 1_000, path }).all();
  say(`and after a restart from its file in ${seconds(startedMs)}`);

  const asks = createAskBook();
  const reputation = await createReputation({ store, log, vetting: settings.placement.vetting, excludedBelow: settings.minReputation });
  const context: HeavyContext = {
    id, chain, store, account, settings, directory, book: createBook({ asks }), asks, reputation, graph: createNoGraph(), log, signal: new AbortController().signal,
  };
  const nodes = (await directory.all()).filter(({ tier }) => tier !== 'heavy');
  for (const node of nodes) {
    context.book.learn({ provider: node.id, price: { perBatchEpoch: askedPrice(node.id - first) }, freeBytes: 2 ** 40, capacityBytes: 2 ** 41, atMs: Date.now() });
    await context.book.resolve(node);
    reputation.note(node.id, { part: 'audits', good: 1 + (node.id % 90) });
  }

  const wire = watchRequests(port);
  const rows: { wholeMs: number; ownMs: number; activeMs: number; account: string }[] = [];
  for (let i = -WARMUP; i < matches; i++) {
    const creator = privateKeyToAccount(`0x${(i + 1_000).toString(16).padStart(64, '0')}`).address;
    const request = { creator, k: 10, m: 6, batchLog2: 24, quota: 40 + (i & 7), periods: 4, priceLimit: 2n ** 60n, nonce: 0 };
    wire.reset();
    watched.reset();
    const before = performance.eventLoopUtilization();
    const beginMs = performance.now();
    const { offers, considered } = await match(context, request);
    const wholeMs = performance.now() - beginMs;
    const { active } = performance.eventLoopUtilization(before);
    if (offers.length !== 16 || considered !== count) throw new Error(`${offers.length} offers of ${considered} considered`);
    if (i >= 0) rows.push({ wholeMs, ownMs: wholeMs - wire.outstandingMs(), activeMs: active, account: watched.account() });
  }
  const linearMs = linearScan(nodes.map((node) => ({ region: node.region, price: askedPrice(node.id - first), stake: node.stake })), 50);
  const figures = {
    providers: count, matches,
    own: percentiles(rows.map(({ ownMs }) => ownMs)),
    processor: percentiles(rows.map(({ activeMs }) => activeMs)),
    whole: percentiles(rows.map(({ wholeMs }) => wholeMs)),
    linearScan: percentiles(linearMs),
  };
  say(`own time, without the time in which offers are outstanding: ${text(figures.own)}`);
  say(`processor time of the heavy node's process in the whole match:  ${text(figures.processor)}`);
  say(`with the offers' round trip:                                   ${text(figures.whole)}`);
  say(`a linear scan for each slot, price and region only:            p50 ${figures.linearScan.p50} ms; own time is ${(figures.own.p50 / figures.linearScan.p50).toFixed(1)}x that`);
  for (const row of [...rows].sort((a, b) => b.wholeMs - a.wholeMs).slice(0, 3)) say(`match ${rows.indexOf(row) + 1} took ${Math.round(row.wholeMs)} ms, ${Math.round(row.ownMs)} of its own: ${row.account}`);
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  await store.$disconnect();
} finally {
  if (signers.connected) signers.disconnect();
  await local.stop();
  await rm(folder, { recursive: true, force: true });
}

/** How long at least one request to the providers was under way. */
function watchRequests(port: number): { reset(): void; outstandingMs(): number } {
  let open = 0;
  let sinceMs = 0;
  let sumMs = 0;
  const isTheirs = (message: unknown): boolean => (message as { request: { getHeader(name: string): unknown } }).request.getHeader('host') === `127.0.0.1:${port}`;
  channel('http.client.request.start').subscribe((message) => {
    if (isTheirs(message) && open++ === 0) sinceMs = performance.now();
  });
  channel('http.client.response.finish').subscribe((message) => {
    if (isTheirs(message) && --open === 0) sumMs += performance.now() - sinceMs;
  });
  return { reset: () => void (sumMs = 0), outstandingMs: () => sumMs };
}

/** What one would write first: for every slot look at all of them again. */
function linearScan(nodes: readonly { readonly region: number; readonly price: bigint; readonly stake: bigint }[], runs: number): number[] {
  return Array.from({ length: runs }, () => {
    const beginMs = performance.now();
    const left = new Set(nodes);
    const inRegion = new Map<number, number>();
    for (let slot = 0; slot < 16; slot++) {
      const fit = [...left].filter(({ region, price, stake }) => (inRegion.get(region) ?? 0) < 6 && stake >= price * 40n * 168n);
      const best = fit.reduce((a, b) => (b.price < a.price ? b : a));
      left.delete(best);
      inRegion.set(best.region, (inRegion.get(best.region) ?? 0) + 1);
    }
    return performance.now() - beginMs;
  });
}

interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

function text({ p50, p90, max }: Percentiles): string {
  return `p50 ${p50} ms, p90 ${p90} ms, slowest ${max} ms`;
}

function percentiles(values_: readonly number[]): Percentiles {
  const sorted = [...values_].sort((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) / 10;
  return { p50: at(0.5), p90: at(0.9), max: at(1) };
}
