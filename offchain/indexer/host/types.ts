/** What travels to the thread that runs mappings: plain data only. */
import type { Address, Hex } from 'viem';
import type { Cell } from '../store/columns.ts';

export interface BlockFacts {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly unclesHash: Hex;
  readonly author: Address;
  readonly stateRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly gasUsed: bigint;
  readonly gasLimit: bigint;
  readonly timestamp: bigint;
  readonly difficulty: bigint;
  readonly totalDifficulty: bigint;
  readonly size: bigint | null;
  readonly baseFeePerGas: bigint | null;
}

export interface TransactionFacts {
  readonly hash: Hex;
  readonly index: number;
  readonly from: Address;
  readonly to: Address | null;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly gasPrice: bigint;
  readonly input: Hex;
  readonly nonce: bigint;
  readonly receipt?: ReceiptFacts;
}

export interface ReceiptFacts {
  readonly cumulativeGasUsed: bigint;
  readonly gasUsed: bigint;
  readonly contractAddress: Address | null;
  readonly logs: readonly LogFacts[];
  readonly status: bigint;
  readonly logsBloom: Hex;
}

export interface LogFacts {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly transactionIndex: number;
  readonly logIndex: number;
}

/** One block with everything in it that some handler waits for; `transactions` by their index. */
export interface IndexedBlock {
  readonly block: BlockFacts;
  readonly transactions: ReadonlyMap<number, TransactionFacts>;
  readonly logs: readonly LogFacts[];
}

/** One version of an entity: cells in the order of the model's fields. `to`: the block from which another one, or none, holds; null: the newest. */
export interface VersionRow {
  readonly from: number;
  readonly to: number | null;
  readonly cells: readonly Cell[];
}

/** What a run of blocks does to the rows of one entity type. */
export interface TypeChanges {
  readonly type: string;
  /** Ids whose newest row of before ends at that block. */
  readonly closed: readonly (readonly [id: string, block: number])[];
  readonly rows: readonly VersionRow[];
}

export interface Failure {
  readonly block: number;
  readonly blockHash: Hex;
  readonly message: string;
}

export interface BatchResult {
  readonly changes: readonly TypeChanges[];
  readonly events: number;
  /** Where a mapping failed: the changes are those of all blocks before it. */
  readonly failure?: Failure;
}
