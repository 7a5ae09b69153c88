import { MappingError } from '../errors.ts';
import type { EntityModel } from '../schema/model.ts';
import type { Heap } from './heap.ts';
import type { Session } from './session.ts';
import { putEntity, readEntity } from './store-values.ts';
import { TypeId } from './type-ids.ts';

const NULL = 0;

/** `store.*`: ids of Bytes are their hex, in lower case. */
export function storeImports({ model, entities }: Session, heap: () => Heap) {
  const entityOf = (pointer: number): EntityModel => {
    const name = heap().text(pointer);
    const entity = model.entities.get(name);
    if (entity === undefined) throw new MappingError(`The schema has no entity ${name}.`);
    return entity;
  };
  const idOf = (entity: EntityModel, pointer: number): string => {
    const id = heap().text(pointer);
    return entity.fields[0]?.kind === 'Bytes' ? id.toLowerCase() : id;
  };
  const put = (entity: EntityModel, data: ReturnType<typeof entities.get>): number => (data === undefined ? NULL : putEntity(heap(), data, entity));
  return {
    'store.get': (type: number, id: number) => {
      const entity = entityOf(type);
      return put(entity, entities.get(entity.name, idOf(entity, id)));
    },
    'store.get_in_block': (type: number, id: number) => {
      const entity = entityOf(type);
      return put(entity, entities.getInBlock(entity.name, idOf(entity, id)));
    },
    'store.loadRelated': (type: number, id: number, field: number) => {
      const entity = entityOf(type);
      const name = heap().text(field);
      const derived = entity.derived.find((one) => one.name === name);
      if (derived === undefined) throw new MappingError(`${entity.name} has no field ${name} that is derived from another entity.`);
      const other = model.entities.get(derived.type) as EntityModel;
      const found = entities.related(derived.type, derived.field, idOf(entity, id)).map((data) => putEntity(heap(), data, other));
      return heap().putPointers(TypeId.ArrayTypedMapEntryStringStoreValue, found);
    },
    'store.set': (type: number, id: number, data: number) => {
      const entity = entityOf(type);
      entities.set(entity.name, idOf(entity, id), readEntity(heap(), data, entity));
    },
    'store.remove': (type: number, id: number) => {
      const entity = entityOf(type);
      entities.remove(entity.name, idOf(entity, id));
    },
  };
}
