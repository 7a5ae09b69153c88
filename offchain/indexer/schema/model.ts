/** The entities of a schema.graphql as the indexer needs them. */

/** What The Graph's scalars are in this program: numbers for Int, bigints for BigInt, Int8 and Timestamp, text for the others (BigDecimal in decimal notation, Bytes in lower-case hex). */
export type ScalarKind = 'ID' | 'String' | 'Bytes' | 'Int' | 'Int8' | 'Timestamp' | 'BigInt' | 'BigDecimal' | 'Boolean' | 'Enum';

export type Scalar = string | number | bigint | boolean;
export type FieldValue = Scalar | null | readonly Scalar[];
/** Fields of one entity by name; one that is absent is null. */
export type EntityData = Readonly<Record<string, FieldValue>>;

export interface FieldModel {
  readonly name: string;
  /** Of a reference: that of the other entity's id. */
  readonly kind: ScalarKind;
  /** The enum's name. */
  readonly enumName?: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** The entity whose id this is. */
  readonly reference?: string;
}

/** A list, or one entity, that is found by a field of the other entity. */
export interface DerivedModel {
  readonly name: string;
  readonly type: string;
  readonly field: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
}

export interface EntityModel {
  readonly name: string;
  readonly isImmutable: boolean;
  /** Stored fields, `id` first. */
  readonly fields: readonly FieldModel[];
  readonly derived: readonly DerivedModel[];
  readonly byName: ReadonlyMap<string, FieldModel>;
}

export interface SchemaModel {
  readonly entities: ReadonlyMap<string, EntityModel>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

/** @throws Error when there is none */
export function entityOf(model: SchemaModel, name: string): EntityModel {
  const entity = model.entities.get(name);
  if (entity === undefined) throw new Error(`The schema has no entity ${name}.`);
  return entity;
}
