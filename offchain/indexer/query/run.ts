/** One query under way: the block that it sees, what it may still read, and lists of children that are read together. */
import { isOnServer } from '../../store/dialect.ts';
import type { Prisma } from '../../store/generated/sqlite/client.ts';
import type { Store } from '../../store/open.ts';
import type { EntityModel, FieldModel, SchemaModel } from '../schema/model.ts';
import { markByHash } from '../store/state.ts';
import type { BlockMark, IndexState } from '../store/state.ts';
import { QueryError } from './errors.ts';
import type { FilterContext } from './filters.ts';
import { selectByIds, selectChildren, selectList } from './select.ts';
import type { ListArguments } from './select.ts';

/** An entity as a row of its table, and the block as of which it was read. */
export interface EntityRow {
  readonly block: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

const ROWS_MAX = 50_000;
/** Of all fields of all entities in the answer; the same entity in two places counts twice. So many, with what resolves them, fit into the process. */
const VALUES_MAX = 150_000;
const STATEMENTS_MAX = 500;
/** Of text in the rows: an answer is put together in memory. */
const CHARACTERS_MAX = 32 * 2 ** 20;

interface Batch<T> {
  readonly keys: Set<string>;
  readonly done: Promise<ReadonlyMap<string, T>>;
}

export interface RunOptions {
  readonly store: Store;
  readonly model: SchemaModel;
  readonly state: IndexState;
  readonly deployment: string;
  /** By performance.now(). */
  readonly deadlineMs: number;
}

export class QueryRun {
  readonly options: RunOptions;
  readonly #isServer: boolean;
  readonly #context: { conditions: number } = { conditions: 0 };
  readonly #batches = new Map<string, Batch<unknown>>();
  #rows = 0;
  #characters = 0;
  #values = 0;
  #statements = 0;

  constructor(options: RunOptions) {
    this.options = options;
    this.#isServer = isOnServer(options.store);
  }

  get head(): BlockMark | undefined {
    return this.options.state.head;
  }

  /** The block that a field's `block` argument names; the newest where there is none. @throws QueryError in graph-node's words */
  async blockOf(wanted: { readonly number?: number | null; readonly number_gte?: number | null; readonly hash?: string | null } | null | undefined): Promise<number> {
    const { head, earliest } = this.options.state;
    if (head === undefined) throw new QueryError('The subgraph has not indexed any block yet.');
    const number = typeof wanted?.hash === 'string' ? await this.#numberOf(wanted.hash) : (wanted?.number ?? wanted?.number_gte);
    if (number === null || number === undefined) return head.number;
    if (number > head.number) throw new QueryError(`Failed to decode \`block.number\` value: \`subgraph ${this.options.deployment} has only indexed up to block number ${head.number} and data for block number ${number} is therefore not yet available\``);
    if (wanted?.number_gte !== undefined && wanted.number_gte !== null && wanted.number === undefined) return head.number;
    if (number < earliest) throw new QueryError(`Failed to decode \`block.number\` value: \`subgraph ${this.options.deployment} only has data starting at block number ${earliest} and data for block number ${number} is therefore not available\``);
    return number;
  }

  async #numberOf(hash: string): Promise<number> {
    const mark = await markByHash(this.options.store, hash.toLowerCase());
    if (mark === undefined) throw new QueryError(`Failed to decode \`block.hash\` value: \`no block with hash ${hash.slice(0, 66)} is remembered\``);
    return mark.number;
  }

  async list(entity: EntityModel, args: ListArguments, block: number): Promise<EntityRow[]> {
    return (await this.#read(selectList(this.#filter(block), entity, args))).map((cells) => ({ block, cells }));
  }

  async one(entity: EntityModel, id: string, block: number): Promise<EntityRow | undefined> {
    return this.#batched(`${entity.name}@${block}`, id, async (ids) => {
      const rows = await this.#read(selectByIds(this.#filter(block), entity, ids));
      return new Map(rows.map((cells) => [String(cells['id']), { block, cells }]));
    });
  }

  /** The entities whose `field` names the parent. */
  async children(entity: EntityModel, field: FieldModel, options: { readonly parent: string; readonly args: ListArguments; readonly block: number }): Promise<EntityRow[]> {
    const { parent, args, block } = options;
    const key = `${entity.name}.${field.name}@${block}:${JSON.stringify(args)}`;
    const found = await this.#batched<EntityRow[]>(key, parent, async (parents) => {
      const rows = await this.#read(selectChildren(this.#filter(block), entity, field, { parents, args }));
      return Map.groupBy(rows.map((cells): EntityRow => ({ block, cells })), ({ cells }) => String(cells['_parent']));
    });
    return found ?? [];
  }

  countValue(): void {
    this.#values += 1;
    if (this.#values > VALUES_MAX) throw new QueryError(`The answer has more than ${VALUES_MAX} values: ask for fewer entities at once.`);
  }

  #filter(block: number): FilterContext {
    return Object.assign(this.#context, { model: this.options.model, isServer: this.#isServer, block });
  }

  async #read(sql: Prisma.Sql): Promise<Readonly<Record<string, unknown>>[]> {
    const { store, deadlineMs } = this.options;
    const leftMs = Math.ceil(deadlineMs - performance.now());
    this.#statements += 1;
    if (leftMs <= 0) throw new QueryError('The query took too long.');
    if (this.#statements > STATEMENTS_MAX) throw new QueryError('The query asks for too many lists: ask for them one after the other.');
    const rows = this.#isServer
      ? ((await store.$transaction([store.$executeRawUnsafe(`SET LOCAL statement_timeout = ${leftMs}`), store.$queryRaw<Record<string, unknown>[]>(sql)]))[1] as Record<string, unknown>[])
      : await store.$queryRaw<Record<string, unknown>[]>(sql);
    this.#rows += rows.length;
    for (const row of rows) for (const cell of Object.values(row)) if (typeof cell === 'string') this.#characters += cell.length;
    if (this.#characters > CHARACTERS_MAX) throw new QueryError('The answer is too large: ask for fewer entities, or fewer fields of them, at once.');
    if (this.#rows > ROWS_MAX) throw new QueryError(`The answer has more than ${ROWS_MAX} entities: ask for fewer at once.`);
    return rows;
  }

  /** All that is asked for before the event loop turns is read together. */
  async #batched<T>(name: string, key: string, read: (keys: string[]) => Promise<ReadonlyMap<string, T>>): Promise<T | undefined> {
    let batch = this.#batches.get(name) as Batch<T> | undefined;
    if (batch === undefined) {
      const keys = new Set<string>();
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        this.#batches.delete(name);
        return read([...keys]);
      });
      batch = { keys, done };
      this.#batches.set(name, batch);
    }
    batch.keys.add(key);
    return (await batch.done).get(key);
  }
}
