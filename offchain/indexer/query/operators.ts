/** Suffix operators of filters: which fields have which. */
import type { FieldModel } from '../schema/model.ts';

const ORDER = ['gt', 'lt', 'gte', 'lte'] as const;
const SETS = ['in', 'not_in'] as const;
const INSIDE = ['contains', 'contains_nocase', 'not_contains', 'not_contains_nocase'] as const;
const ENDS = ['starts_with', 'starts_with_nocase', 'not_starts_with', 'not_starts_with_nocase', 'ends_with', 'ends_with_nocase', 'not_ends_with', 'not_ends_with_nocase'] as const;

export type Operator = '' | 'not' | (typeof ORDER)[number] | (typeof SETS)[number] | (typeof INSIDE)[number] | (typeof ENDS)[number];

const EQUAL = ['', 'not'] as const;

export function operatorsOf({ kind, isList, reference }: FieldModel): readonly Operator[] {
  if (isList) return [...EQUAL, ...INSIDE];
  if (reference !== undefined || kind === 'String') return [...EQUAL, ...ORDER, ...SETS, ...INSIDE, ...ENDS];
  if (kind === 'Boolean' || kind === 'Enum') return [...EQUAL, ...SETS];
  if (kind === 'Bytes') return [...EQUAL, ...ORDER, ...SETS, 'contains', 'not_contains'];
  return [...EQUAL, ...ORDER, ...SETS];
}

/** Whether the operand is a list. */
export function takesList(operator: Operator, { isList }: FieldModel): boolean {
  return isList || operator === 'in' || operator === 'not_in';
}

export function filterName(field: string, operator: Operator): string {
  return operator === '' ? field : `${field}_${operator}`;
}
