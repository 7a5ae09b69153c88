/** Runs the handlers of a run of blocks, one event after the other, in the chain's order. */
import { toEventSelector } from 'viem';
import type { AbiEvent, Hex } from 'viem';
import { HostUnavailableError, MappingError } from '../errors.ts';
import type { SchemaModel } from '../schema/model.ts';
import { Entities } from './entities.ts';
import type { EntitySource } from './entities.ts';
import { putEvent } from './event.ts';
import { createImports } from './imports.ts';
import { instantiate } from './instance.ts';
import type { Instance } from './instance.ts';
import type { BoundSource, ChainQuestion, Session } from './session.ts';
import type { BatchResult, BlockFacts, Failure, IndexedBlock, LogFacts, TransactionFacts } from './types.ts';

export interface MapperOptions {
  readonly model: SchemaModel;
  readonly network: string;
  readonly sources: readonly BoundSource[];
  readonly wasm: ReadonlyMap<string, Uint8Array>;
  readonly entitiesMax: number;
  readonly database: EntitySource;
  readonly ask: (question: ChainQuestion, blockHash: Hex) => Hex | undefined;
  readonly log: (level: string, message: string) => void;
  /** Told of each event before its handler runs. */
  readonly onEvent?: (block: number) => void;
}

interface Handling {
  readonly source: BoundSource;
  readonly abi: AbiEvent;
  readonly handler: string;
  readonly hasReceipt: boolean;
}

/** Compiled mappings never free memory: beyond this they begin with a new one. */
const MEMORY_MAX_BYTES = 8 * 2 ** 20;

export class Mapper {
  readonly entities: Entities;
  /** By address and topic. */
  readonly #handlings = new Map<string, Handling[]>();
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #instances = new Map<BoundSource, Instance>();
  readonly #session: Session;
  readonly #onEvent: (block: number) => void;
  #source: BoundSource | undefined;
  #blockHash: Hex = '0x';

  constructor(options: MapperOptions) {
    const { model, network, sources, wasm, database, entitiesMax, log, onEvent = () => undefined } = options;
    this.#onEvent = onEvent;
    this.entities = new Entities({ model, source: database, slotsMax: entitiesMax });
    for (const [path, bytes] of wasm) this.#modules.set(path, new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>));
    for (const source of sources) for (const [key, handling] of handlingsOf(source)) this.#handlings.set(key, [...(this.#handlings.get(key) ?? []), handling]);
    this.#session = { model, network, entities: this.entities, log, source: () => this.#source as BoundSource, ask: (question) => options.ask(question, this.#blockHash) };
    for (const source of sources) this.#check(source);
  }

  /** @throws HostUnavailableError when chain or database cannot be asked: the batch is to be done again, after `entities.forget` */
  run(blocks: readonly IndexedBlock[]): BatchResult {
    let events = 0;
    for (const one of blocks) {
      this.entities.beginBlock(one.block.number);
      this.#blockHash = one.block.hash;
      try {
        for (const log of one.logs) events += this.#handle(log, one);
      } catch (error) {
        if (error instanceof HostUnavailableError) throw error;
        this.entities.undoBlock();
        // What is on the stack of an aborted instance is of no use to anybody.
        this.#instances.clear();
        return { changes: this.entities.takeChanges(), events, failure: failureOf(error, one.block, this.#source) };
      }
    }
    return { changes: this.entities.takeChanges(), events };
  }

  #handle(log: LogFacts, { block, transactions }: IndexedBlock): number {
    const found = this.#handlings.get(keyOf(log.address, log.topics[0])) ?? [];
    let handled = 0;
    for (const { source, abi, handler, hasReceipt } of found) {
      if (block.number < source.startBlock) continue;
      this.#source = source;
      this.#onEvent(block.number);
      const transaction = transactions.get(log.transactionIndex) as TransactionFacts;
      const instance = this.#instanceOf(source);
      const run = instance.handler(handler) as (event: number) => void;
      run(putEvent(instance.heap, { log, block, transaction, abi, hasReceipt }));
      handled += 1;
    }
    return handled;
  }

  #instanceOf(source: BoundSource): Instance {
    const known = this.#instances.get(source);
    if (known !== undefined && known.heap.sizeBytes < MEMORY_MAX_BYTES) return known;
    const made = instantiate(this.#modules.get(source.wasm) as WebAssembly.Module, createImports(this.#session));
    this.#instances.set(source, made);
    return made;
  }

  /** Before the first event comes. */
  #check(source: BoundSource): void {
    this.#source = source;
    const instance = this.#instanceOf(source);
    for (const { handler } of source.eventHandlers) if (instance.handler(handler) === undefined) throw new MappingError(`The code of data source ${source.name} has no handler ${handler}.`);
  }
}

/** Handlers of events that the ABI does not have are faults of the manifest. */
function handlingsOf(source: BoundSource): [string, Handling][] {
  const events = new Map(source.abi.filter((one): one is AbiEvent => one.type === 'event').map((one) => [toEventSelector(one), one]));
  return source.eventHandlers.map(({ event, handler, receipt }) => {
    const topic = topicOf(event);
    const abi = events.get(topic);
    if (abi === undefined) throw new MappingError(`The ABI of data source ${source.name} has no event ${event}.`);
    return [keyOf(source.address, topic), { source, abi, handler, hasReceipt: receipt }];
  });
}

/** Of an event as subgraph.yaml writes it. */
export function topicOf(event: string): Hex {
  return toEventSelector(event.replaceAll(/\bindexed\s+/g, ''));
}

function keyOf(address: string, topic: string | undefined): string {
  return `${address.toLowerCase()}/${topic ?? ''}`;
}

const MESSAGE_CHARACTERS = 1_000;

function failureOf(error: unknown, block: BlockFacts, source: BoundSource | undefined): Failure {
  const reason = error instanceof MappingError ? error.shortMessage : error instanceof Error ? `The mapping failed: ${error.message}.` : String(error);
  return { block: block.number, blockHash: block.hash, message: `${reason.slice(0, MESSAGE_CHARACTERS)} (data source ${source?.name ?? 'unknown'}, block ${block.number})` };
}
