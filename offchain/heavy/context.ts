/** What every part of a heavy node is given: its identity and its ways to chain, disk, log and settings. */
import type { LocalAccount } from 'viem';
import type { Chain } from '../chain/types.ts';
import type { Logger } from '../store/log.ts';
import type { Store } from '../store/open.ts';
import type { AskBook } from '../p2p/asks.ts';
import type { Book } from './book.ts';
import type { Directory } from './directory.ts';
import type { Graph } from './graph/types.ts';
import type { Reputation } from './reputation/reputation.ts';
import type { HeavySettings } from './settings.ts';

export interface HeavyContext {
  /** Node id in the registry. */
  readonly id: number;
  readonly chain: Chain;
  readonly store: Store;
  readonly account: LocalAccount;
  readonly settings: HeavySettings;
  readonly directory: Directory;
  /** What providers say of themselves. */
  readonly book: Book;
  /** Asks that came by gossip; empty where nobody gossips. The book reads it. */
  readonly asks: AskBook;
  /** What this node has seen of them. */
  readonly reputation: Reputation;
  /** Peers: light nodes attached here, neighbours, the relay. */
  readonly graph: Graph;
  readonly log: Logger;
  /** Fires when the node stops. */
  readonly signal: AbortSignal;
}
