/** The rows of an index, and everything that changes them: each act is one transaction, so that a kill at any instant leaves a whole state. */
import { isOnServer, jsonRows } from '../../store/dialect.ts';
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { Store } from '../../store/open.ts';
import { IndexTakenError, MappingError } from '../errors.ts';
import type { TypeChanges } from '../host/types.ts';
import type { EntityData, EntityModel, SchemaModel } from '../schema/model.ts';
import { entityOf } from '../schema/model.ts';
import type { Cell } from './columns.ts';
import { columnType, entityData } from './columns.ts';
import { addMark, readState, setMeta, takeTurn } from './state.ts';
import type { BlockMark, IndexState } from './state.ts';
import { BLOCKS, createTables, META, META_TABLES, OPEN, quoted, tableOf } from './tables.ts';

/** Rows that one statement takes, as one bound value. */
const ROWS_PER_STATEMENT = 2_000;
const RELATED_MAX = 10_000;

export class IndexStore {
  readonly store: Store;
  readonly model: SchemaModel;
  readonly deployment: string;
  readonly #isServer: boolean;
  /** As of the last look at the state: nothing is written on top of what another process wrote. */
  #turn = 0;

  private constructor(store: Store, { model, deployment }: { readonly model: SchemaModel; readonly deployment: string }) {
    this.store = store;
    this.model = model;
    this.deployment = deployment;
    this.#isServer = isOnServer(store);
  }

  /** Begins anew where the database holds another deployment: another code, schema, chain or contract. */
  static async open(store: Store, options: { readonly model: SchemaModel; readonly deployment: string }): Promise<IndexStore> {
    for (const statement of META_TABLES) await store.$executeRawUnsafe(statement);
    const index = new IndexStore(store, options);
    if ((await index.state()).deployment === options.deployment) return index;
    try {
      await index.#recreate(0);
    } catch (error) {
      // Two that begin together: one of them makes the tables.
      if (!(error instanceof IndexTakenError) || (await index.state()).deployment !== options.deployment) throw error;
    }
    return index;
  }

  /** What is written next is written on top of this. */
  async state(): Promise<IndexState> {
    const state = await readState(this.store);
    this.#turn = state.turn;
    return state;
  }

  /** Forgets every row. */
  async clear(): Promise<void> {
    await this.#recreate((await readState(this.store)).reorgs + 1);
  }

  async #recreate(reorgs: number): Promise<void> {
    const [row] = await this.store.$queryRaw<{ value: string }[]>`SELECT "value" FROM ${quoted(META)} WHERE "key" = 'tables'`;
    const old = row === undefined ? [] : (JSON.parse(row.value) as string[]);
    const types = [...this.model.entities.keys()];
    await this.#transaction([
      ...old.map((type) => Prisma.sql`DROP TABLE IF EXISTS ${tableOf(type)}`),
      Prisma.sql`DELETE FROM ${quoted(BLOCKS)}`,
      Prisma.sql`DELETE FROM ${quoted(META)} WHERE "key" <> 'turn'`,
      ...createTables(this.model, this.#isServer).map((statement) => Prisma.raw(statement)),
      setMeta('tables', JSON.stringify(types)),
      setMeta('reorgs', String(reorgs)),
      setMeta('deployment', this.deployment),
    ]);
  }

  /** What a run of blocks changed; `mark`: its last block. @throws MappingError when it makes an immutable entity a second time */
  async apply(changes: readonly TypeChanges[], mark: BlockMark | undefined, options: { readonly failure?: string | undefined; readonly marksKept: number }): Promise<void> {
    await this.#refuseSecond(changes);
    const { failure, marksKept } = options;
    const rows = changes.flatMap((change) => this.#rowStatements(change));
    const marks = mark === undefined ? [] : [addMark(mark), Prisma.sql`DELETE FROM ${quoted(BLOCKS)} WHERE "number" <= (SELECT "number" FROM ${quoted(BLOCKS)} ORDER BY "number" DESC LIMIT 1 OFFSET ${marksKept})`];
    await this.#transaction([...rows, ...marks, setMeta('failure', failure ?? '')]);
  }

  /** Takes back everything behind `block`, which the index keeps a mark of. */
  async revert(block: number): Promise<void> {
    const { reorgs } = await readState(this.store);
    const rows = [...this.model.entities.keys()].flatMap((type) => [
      Prisma.sql`DELETE FROM ${tableOf(type)} WHERE "block_from" > ${block}`,
      Prisma.sql`UPDATE ${tableOf(type)} SET "block_to" = ${OPEN} WHERE "block_to" > ${block} AND "block_to" < ${Prisma.raw(String(OPEN))}`,
    ]);
    await this.#transaction([...rows, Prisma.sql`DELETE FROM ${quoted(BLOCKS)} WHERE "number" > ${block}`, setMeta('reorgs', String(reorgs + 1)), setMeta('failure', '')]);
  }

  /** Forgets versions that were over at `block`: from then on only the state of later blocks can be asked for. */
  async prune(block: number): Promise<void> {
    const types = [...this.model.entities.values()].filter(({ isImmutable }) => !isImmutable);
    await this.#transaction([...types.map(({ name }) => Prisma.sql`DELETE FROM ${tableOf(name)} WHERE "block_to" <= ${block}`), setMeta('earliest', String(block))]);
  }

  async load(type: string, id: string): Promise<EntityData | undefined> {
    const entity = entityOf(this.model, type);
    const [row] = await this.store.$queryRaw<Record<string, unknown>[]>`SELECT ${columnsOf(entity)} FROM ${tableOf(type)} WHERE "id" = ${id} AND "block_to" = ${OPEN}`;
    return row === undefined ? undefined : entityData(entity, row);
  }

  /** Ids of the entities whose `field`, a reference or a list of them, names `value`. */
  async related(type: string, field: string, value: string): Promise<string[]> {
    const isList = entityOf(this.model, type).byName.get(field)?.isList === true;
    const test = isList ? Prisma.sql`${quoted(field)} LIKE ${`%${JSON.stringify(value).replaceAll(/[%_\\]/g, '\\$&')}%`} ESCAPE '\\'` : Prisma.sql`${quoted(field)} = ${value}`;
    const rows = await this.store.$queryRaw<{ id: string }[]>`SELECT "id" FROM ${tableOf(type)} WHERE ${test} AND "block_to" = ${OPEN} ORDER BY "id" LIMIT ${RELATED_MAX + 1}`;
    if (rows.length > RELATED_MAX) throw new MappingError(`More than ${RELATED_MAX} entities of ${type} belong to ${value}: too many to be loaded at once.`);
    return rows.map(({ id }) => id);
  }

  async emptyTypes(): Promise<string[]> {
    const empty: string[] = [];
    for (const type of this.model.entities.keys()) if ((await this.store.$queryRaw<unknown[]>`SELECT 1 FROM ${tableOf(type)} LIMIT 1`).length === 0) empty.push(type);
    return empty;
  }

  /** @throws IndexTakenError when another process has written since `state` */
  async #transaction(statements: readonly Prisma.Sql[]): Promise<void> {
    try {
      await this.store.$transaction([takeTurn(this.#turn), ...statements].map((statement) => this.store.$executeRaw(statement)));
    } catch (error) {
      if ((await readState(this.store)).turn === this.#turn) throw error;
      throw new IndexTakenError('Another process writes the database of the index: what this one had was not written, and it goes on behind the other.', { retryable: true });
    }
    this.#turn += 1;
  }

  #each(rows: readonly (readonly (Cell | Cell[])[])[], write: (from: Prisma.Sql) => Prisma.Sql): Prisma.Sql[] {
    const statements: Prisma.Sql[] = [];
    for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
      statements.push(write(jsonRows(this.store, rows.slice(at, at + ROWS_PER_STATEMENT))));
    }
    return statements;
  }

  #rowStatements({ type, closed, rows }: TypeChanges): Prisma.Sql[] {
    const entity = entityOf(this.model, type);
    const table = tableOf(type);
    const casts = entity.fields.map((field, i) => (columnType(field) === 'BIGINT' ? Prisma.raw(`CAST((j."value"->>${i + 2}) AS BIGINT)`) : Prisma.raw(`j."value"->>${i + 2}`)));
    return [
      ...this.#each(closed.map(([id, block]) => [id, block]), (from) => Prisma.sql`UPDATE ${table} SET "block_to" = CAST((j."value"->>1) AS BIGINT) FROM ${from} WHERE ${table}."id" = (j."value"->>0) AND ${table}."block_to" = ${OPEN}`),
      ...this.#each(rows.map(({ from, to, cells }) => [from, to ?? OPEN, ...cells]), (from) => Prisma.sql`
        INSERT INTO ${table} ("block_from", "block_to", ${columnsOf(entity)}) SELECT CAST((j."value"->>0) AS BIGINT), CAST((j."value"->>1) AS BIGINT), ${Prisma.join(casts)} FROM ${from}`),
    ];
  }

  async #refuseSecond(changes: readonly TypeChanges[]): Promise<void> {
    for (const { type, rows } of changes) {
      if (!entityOf(this.model, type).isImmutable) continue;
      for (const found of this.#each(rows.map(({ cells }) => [cells[0] as string]), (from) => Prisma.sql`SELECT "id" FROM ${tableOf(type)} WHERE "block_to" = ${OPEN} AND "id" IN (SELECT j."value"->>0 FROM ${from}) LIMIT 1`)) {
        const [row] = await this.store.$queryRaw<{ id: string }[]>(found);
        if (row !== undefined) throw new MappingError(`${type} ${row.id} is immutable and was made in an earlier block.`);
      }
    }
  }
}

export function columnsOf(entity: EntityModel): Prisma.Sql {
  return Prisma.join(entity.fields.map(({ name }) => quoted(name)));
}
