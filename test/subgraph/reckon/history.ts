/** What a reckoning may use: the chain's log up to a block, and what the contracts' views said behind any block of it. Nothing here is from the index. */
import type { Deployment } from '../../../offchain/chain/deployment.ts';
import type { ChainAt } from '../chain-at.ts';
import type { LogLine } from '../chain-log.ts';
import { contractsOf } from '../compare.ts';
import type { Clock } from '../links.ts';
import type { Views } from './views.ts';

export interface Line extends LogLine {
  /** Of all lines, from 1. */
  readonly ordinal: number;
  readonly epoch: number;
  readonly period: number;
}

export interface History {
  readonly lines: readonly Line[];
  readonly clock: Clock;
  readonly deployment: Deployment;
  readonly contracts: ReturnType<typeof contractsOf>;
  /** Of the newest line: what "as of the newest event" means. */
  readonly epoch: number;
  readonly period: number;
  readonly newest: Line;
  /** Lines of these events, by `Contract.Event`. */
  of(...names: readonly string[]): readonly Line[];
  /** The chain behind a block, by default the newest line's. */
  at(block?: bigint): ChainAt;
}

export interface HistoryInit {
  readonly deployment: Deployment;
  readonly clock: Clock;
  readonly lines: readonly LogLine[];
  readonly block: number;
  readonly views: Views;
}

export function historyOf({ deployment, clock, lines: all, block, views }: HistoryInit): History {
  const lines = all.filter((line) => line.block <= BigInt(block)).map((line, i): Line => {
    // What is before genesis belongs to epoch 0: the token is older than the clock.
    const epoch = line.timestamp <= clock.genesis ? 0 : Number((line.timestamp - clock.genesis) / clock.epochSeconds);
    return { ...line, ordinal: i + 1, epoch, period: Math.floor(epoch / clock.epochsPerPeriod) };
  });
  const byName = Map.groupBy(lines, ({ name }) => name);
  const newest = lines.at(-1) as Line;
  return {
    lines, clock, deployment, newest, contracts: contractsOf(deployment), epoch: newest.epoch, period: newest.period,
    of: (...names) => (names.length === 1 ? (byName.get(names[0] as string) ?? []) : lines.filter(({ name }) => names.includes(name))),
    at: (at = newest.block) => views(at),
  };
}

/** The chain just before the transaction of this line: every transaction of the recorded history has a block of its own. */
export function before(history: History, line: Line): ChainAt {
  return history.at(line.block - 1n);
}

export function sum<T>(items: Iterable<T>, value: (item: T) => bigint): bigint {
  let total = 0n;
  for (const item of items) total += value(item);
  return total;
}

/** Amounts, and numbers of nodes, agreements, slots: whatever type the decoder gave them. */
export function big(line: LogLine, name: string): bigint {
  return BigInt(line.args[name] as bigint);
}

export function id(line: LogLine, name: string): string {
  return String(line.args[name]);
}

/** Addresses come with and without capitals. */
export function isSame(one: unknown, other: string): boolean {
  return String(one).toLowerCase() === other.toLowerCase();
}

/** The line that comes behind all others that fit. */
export function last(lines: readonly Line[], fits: (line: Line) => boolean = () => true): Line | undefined {
  return lines.findLast(fits);
}
