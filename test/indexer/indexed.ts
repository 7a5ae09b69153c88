/** A real chain with a contract that emits the test subgraph's events, and indexers that follow it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Hex } from 'viem';
import type { Chain } from '../../offchain/chain/types.ts';
import { openIndexer } from '../../offchain/indexer/indexer.ts';
import type { Indexer } from '../../offchain/indexer/indexer.ts';
import type { IndexerSettingsInput } from '../../offchain/indexer/settings.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { takeHistory } from '../support/history.ts';
import type { History } from '../support/history.ts';
import { buildFixture, writeManifest } from './fixture/build.ts';
import type { Fixture } from './fixture/build.ts';

export interface Indexed {
  readonly holdfast: TestHoldfast;
  readonly history: History;
  readonly chain: Chain;
  readonly fixture: Fixture;
  readonly emitter: Address;
  readonly folder: string;
  /** Lines that indexers logged. */
  readonly log: Record<string, unknown>[];
  /** Calls a function of the emitter; one block. Returns the block's number. */
  act(name: string, args: readonly unknown[]): Promise<number>;
  move(from: number, to: number, amount: number): Promise<number>;
  open(options?: { home?: string; settings?: IndexerSettingsInput; chain?: Chain; handlers?: readonly object[] }): Promise<Indexer>;
  stop(): Promise<void>;
}

/** The address with that number. */
export function who(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

export async function startIndexed(): Promise<Indexed> {
  const fixture = await buildFixture();
  const holdfast = await startHoldfast();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-indexer-'));
  const history = await takeHistory(holdfast.rpcUrl);
  const chain = await holdfast.as(0);
  const { wallet } = chain;
  const hash = (await wallet?.deployContract({ abi: fixture.abi, bytecode: fixture.bytecode, account: wallet.account ?? null, chain: wallet.chain })) as Hex;
  const emitter = (await chain.public.waitForTransactionReceipt({ hash })).contractAddress as Address;
  const opened = new Set<Indexer>();
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ name: 'test', write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) });
  let homes = 0;
  const act = async (name: string, args: readonly unknown[]): Promise<number> => Number((await chain.send({ address: emitter, abi: fixture.abi, functionName: name, args } as never)).blockNumber);
  return {
    holdfast, history, chain, fixture, emitter, folder, log, act,
    move: (from, to, amount) => act('move', [who(from), who(to), BigInt(amount)]),
    async open(options = {}) {
      const home = options.home ?? join(folder, `home-${homes++}`);
      const manifest = await writeManifest(fixture, { name: `manifest-${homes++}`, address: emitter, into: folder, ...(options.handlers === undefined ? {} : { handlers: options.handlers }) });
      const indexer = await openIndexer({ chain: options.chain ?? chain, home, settings: { manifest, ...options.settings }, log: logger });
      opened.add(indexer);
      return { ...indexer, close: () => (opened.delete(indexer), indexer.close()) };
    },
    async stop() {
      await Promise.all([...opened].map((one) => one.close()));
      await holdfast.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The answer's data. @throws Error with the answer's own words */
export async function ask<T = Record<string, never>>(indexer: Indexer, query: string, variables?: Record<string, unknown>): Promise<T> {
  const { data, errors } = await indexer.query({ query, variables });
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '));
  return data as T;
}
