import type { Chain } from '../../chain/types.ts';
import type { Logger } from '../../store/log.ts';
import type { BoundSource } from '../host/session.ts';
import type { MappingThread } from '../host/thread.ts';
import type { Failure } from '../host/types.ts';
import type { IndexerSettings } from '../settings.ts';
import type { IndexStore } from '../store/index-store.ts';
import type { BlockMark } from '../store/state.ts';

export interface FollowReport {
  /** The last block in the index, and the newest that the chain told. */
  readonly head: BlockMark | undefined;
  readonly chainHead: number | undefined;
  readonly failure: Failure | undefined;
  readonly events: number;
}

export interface FollowerParts {
  readonly chain: Chain;
  readonly index: IndexStore;
  readonly thread: MappingThread;
  readonly sources: readonly BoundSource[];
  readonly settings: IndexerSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Tells when rows are being written: what mappings load in the meantime waits for them. */
  readonly onWriting: (writing: Promise<void>) => void;
  /** Of a clock that never goes back. */
  readonly nowMs?: () => number;
}
