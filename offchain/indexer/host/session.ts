import type { Abi, Address, Hex } from 'viem';
import type { ContextData, DataSource } from '../manifest.ts';
import type { SchemaModel } from '../schema/model.ts';
import type { Entities } from './entities.ts';

/** A data source of the manifest with what its names stand for. */
export interface BoundSource {
  readonly name: string;
  readonly address: Address;
  readonly startBlock: number;
  readonly wasm: string;
  readonly abi: Abi;
  readonly abis: Readonly<Record<string, Abi>>;
  readonly eventHandlers: DataSource['eventHandlers'];
  readonly context: Readonly<Record<string, ContextData>>;
}

/** A question about the chain as the block under way left it. */
export type ChainQuestion = { readonly kind: 'call'; readonly to: Address; readonly data: Hex } | { readonly kind: 'balance' | 'code'; readonly of: Address };

/** What the host's functions work on while a mapping runs. */
export interface Session {
  readonly model: SchemaModel;
  readonly network: string;
  readonly entities: Entities;
  /** Whose handler runs. */
  source(): BoundSource;
  log(level: string, message: string): void;
  /** Undefined where the call reverts. @throws HostUnavailableError when the chain cannot be asked */
  ask(question: ChainQuestion): Hex | undefined;
}
