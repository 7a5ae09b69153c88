/** What mappings see of the store: entities as the block under way has them, and what the blocks of one batch changed. */
import { MappingError } from '../errors.ts';
import type { EntityData, EntityModel, FieldValue, SchemaModel } from '../schema/model.ts';
import { rowOf } from '../store/columns.ts';
import type { TypeChanges, VersionRow } from './types.ts';

/** The database's side, asked when memory does not know: answered as of the last batch that was stored. */
export interface EntitySource {
  load(type: string, id: string): EntityData | undefined;
  /** Ids whose `field` is `value`. */
  related(type: string, field: string, value: string): readonly string[];
}

interface Version {
  readonly from: number;
  readonly data: EntityData;
}

/** One entity: undefined data is known not to exist. */
interface Slot {
  data: EntityData | undefined;
  /** Block since which it is so, where that is in this batch. */
  since: number | undefined;
  /** Versions of this batch that are over. */
  past: (Version & { readonly to: number })[];
  /** Whether the row that the database has ends in this batch, and where. */
  closedAt: number | undefined;
  readonly wasStored: boolean;
}

export class Entities {
  readonly #model: SchemaModel;
  readonly #source: EntitySource;
  readonly #slots = new Map<string, Map<string, Slot>>();
  /** Types of which memory has every entity: what is not there does not exist. */
  readonly #complete = new Set<string>();
  readonly #slotsMax: number;
  #touched = new Map<string, Set<string>>();
  /** Changes of the block under way, to be undone when it fails. */
  #undo: (() => void)[] = [];
  #block = 0;

  constructor(options: { readonly model: SchemaModel; readonly source: EntitySource; readonly slotsMax: number }) {
    this.#model = options.model;
    this.#source = options.source;
    this.#slotsMax = options.slotsMax;
    this.forget([]);
  }

  /** Everything, as after a failed write or a reorganisation. `empty`: types that the database has no entity of. */
  forget(empty: readonly string[]): void {
    for (const name of this.#model.entities.keys()) this.#slots.set(name, new Map());
    this.#complete.clear();
    for (const name of empty) this.#complete.add(name);
    this.#touched = new Map();
    this.#undo = [];
  }

  beginBlock(number: number): void {
    this.#block = number;
    this.#undo = [];
  }

  undoBlock(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }

  get(type: string, id: string): EntityData | undefined {
    return this.#slot(type, id).data;
  }

  /** Only what this block made or changed. */
  getInBlock(type: string, id: string): EntityData | undefined {
    const slot = this.#slots.get(type)?.get(id);
    return slot?.since === this.#block ? slot.data : undefined;
  }

  /** The entities of `type` whose `field` names `id`, by id. */
  related(type: string, field: string, id: string): EntityData[] {
    const ids = new Set(this.#complete.has(type) ? [] : this.#source.related(type, field, id));
    const slots = this.#slots.get(type) ?? new Map<string, Slot>();
    const changed = this.#complete.has(type) ? slots.keys() : (this.#touched.get(type) ?? []);
    for (const one of changed) ids.add(one);
    return [...ids].toSorted().flatMap((one) => {
      const data = this.get(type, one);
      const value = data?.[field];
      return data !== undefined && (Array.isArray(value) ? value.includes(id) : value === id) ? [data] : [];
    });
  }

  /** Lays `data` over what is there. @throws MappingError */
  set(type: string, id: string, data: EntityData): void {
    const model = this.#entity(type);
    const slot = this.#slot(type, id, { isNew: model.isImmutable });
    if (model.isImmutable && slot.data !== undefined && slot.since !== this.#block) throw new MappingError(`${type} ${id} is immutable and was made in an earlier block.`);
    const merged: Record<string, FieldValue> = { ...slot.data, ...data, id };
    for (const field of model.fields) {
      const value = merged[field.name];
      if (field.isRequired && (value === undefined || value === null)) throw new MappingError(`${type} ${id} was saved without ${field.name}, which must not be null.`);
    }
    this.#change(type, id, slot, merged);
  }

  remove(type: string, id: string): void {
    const slot = this.#slot(type, id);
    if (slot.data !== undefined) this.#change(type, id, slot, undefined);
  }

  /** What the batch changed, to be stored; the next batch begins. */
  takeChanges(): TypeChanges[] {
    const changes = [...this.#touched].map(([type, ids]): TypeChanges => {
      const model = this.#entity(type);
      const slots = this.#slots.get(type) as Map<string, Slot>;
      const closed: (readonly [string, number])[] = [];
      const rows: VersionRow[] = [];
      for (const id of ids) {
        const slot = slots.get(id) as Slot;
        if (slot.closedAt !== undefined && slot.wasStored) closed.push([id, slot.closedAt]);
        for (const { from, to, data } of slot.past) rows.push({ from, to, cells: rowOf(model, data) });
        if (slot.data !== undefined && slot.since !== undefined) rows.push({ from: slot.since, to: null, cells: rowOf(model, slot.data) });
        slots.set(id, { data: slot.data, since: undefined, past: [], closedAt: undefined, wasStored: slot.data !== undefined });
      }
      return { type, closed, rows };
    });
    this.#touched = new Map();
    this.#undo = [];
    this.#shrink();
    return changes;
  }

  #change(type: string, id: string, slot: Slot, data: EntityData | undefined): void {
    const { since, closedAt, past } = slot;
    const before = slot.data;
    this.#undo.push(() => Object.assign(slot, { data: before, since, closedAt, past }));
    if (since === undefined) {
      if (slot.wasStored) slot.closedAt = this.#block;
    } else if (since !== this.#block && before !== undefined) {
      slot.past = [...past, { from: since, to: this.#block, data: before }];
    }
    slot.data = data;
    slot.since = this.#block;
    const touched = this.#touched.get(type);
    if (touched === undefined) this.#touched.set(type, new Set([id]));
    else touched.add(id);
  }

  /** `isNew`: the database need not be asked; it refuses a second entity of an immutable type by itself. */
  #slot(type: string, id: string, { isNew = false } = {}): Slot {
    const slots = this.#slots.get(this.#entity(type).name) as Map<string, Slot>;
    const known = slots.get(id);
    if (known !== undefined) return known;
    const data = isNew || this.#complete.has(type) ? undefined : this.#source.load(type, id);
    const slot: Slot = { data, since: undefined, past: [], closedAt: undefined, wasStored: data !== undefined };
    slots.set(id, slot);
    return slot;
  }

  #entity(type: string): EntityModel {
    const model = this.#model.entities.get(type);
    if (model === undefined) throw new MappingError(`The schema has no entity ${type}.`);
    return model;
  }

  /** Between batches nothing in memory is newer than the database: what never changes goes first, then the largest types, oldest entries before newer ones. */
  #shrink(): void {
    for (const [type, slots] of this.#slots) if (this.#entity(type).isImmutable && !this.#complete.has(type)) slots.clear();
    let count = [...this.#slots.values()].reduce((sum, slots) => sum + slots.size, 0);
    while (count > this.#slotsMax) {
      const [type, slots] = [...this.#slots].reduce((a, b) => (b[1].size > a[1].size ? b : a));
      const drop = Math.ceil(slots.size / 2);
      this.#complete.delete(type);
      for (const id of [...slots.keys()].slice(0, drop)) slots.delete(id);
      count -= drop;
    }
  }
}
