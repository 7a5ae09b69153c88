/** What goes between the indexer and the thread in which its mappings run. */
import type { Hex } from 'viem';
import type { EntityData, SchemaModel } from '../schema/model.ts';
import type { ChannelEnds } from './channel.ts';
import type { BoundSource, ChainQuestion } from './session.ts';
import type { BatchResult, IndexedBlock } from './types.ts';

export interface ThreadData {
  readonly model: SchemaModel;
  readonly network: string;
  readonly sources: readonly BoundSource[];
  readonly wasm: ReadonlyMap<string, Uint8Array>;
  readonly entitiesMax: number;
  readonly channel: ChannelEnds;
  /** Written by the thread: [how many steps it has taken, the block under way]. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

export type ThreadRequest =
  /** `empty`: types without an entity in the database. */
  | { readonly kind: 'forget'; readonly empty: readonly string[] }
  | { readonly kind: 'run'; readonly blocks: readonly IndexedBlock[] };

/** `refusal`: the code does not fit its manifest. */
export type ThreadReply = { readonly isReady: true } | { readonly refusal: string } | { readonly result: BatchResult } | { readonly failure: string; readonly isPassing: boolean };

/** What the thread asks while it runs a batch. */
export type HostQuestion =
  | { readonly kind: 'load'; readonly type: string; readonly id: string }
  | { readonly kind: 'related'; readonly type: string; readonly field: string; readonly value: string }
  | { readonly kind: 'chain'; readonly question: ChainQuestion; readonly blockHash: Hex }
  | { readonly kind: 'log'; readonly level: string; readonly message: string };

export interface HostAnswers {
  load(type: string, id: string): Promise<EntityData | undefined>;
  related(type: string, field: string, value: string): Promise<readonly string[]>;
  chain(question: ChainQuestion, blockHash: Hex): Promise<Hex | undefined>;
  log(level: string, message: string): void;
}
