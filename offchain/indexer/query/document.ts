/** A query's text, checked before anything runs: it may come from anybody. */
import { GraphQLError, Kind, MaxIntrospectionDepthRule, parse, specifiedRules, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { QueryError } from './errors.ts';

const TEXT_MAX = 64 * 1024;
const TOKENS_MAX = 4_000;
const DEPTH_MAX = 12;
/** Fields after fragments are put in their places. */
const FIELDS_MAX = 1_000;
const ROOT_LISTS_MAX = 50;
const ERRORS_MAX = 10;
const ALIASES_PER_NAME_MAX = 100;
const FRAGMENTS_MAX = 100;

/** @throws GraphQLError (one or several, as a list), QueryError */
export function readDocument(schema: GraphQLSchema, text: string): DocumentNode | readonly GraphQLError[] {
  if (text.length > TEXT_MAX) throw new QueryError(`A query may have ${TEXT_MAX} characters.`);
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: TOKENS_MAX, maxComments: TOKENS_MAX });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw new QueryError('The query cannot be read.');
  }
  measure(document);
  const errors = validate(schema, document, [...specifiedRules, MaxIntrospectionDepthRule], { maxErrors: ERRORS_MAX });
  // graphql's own limit, which says nothing of what was too much.
  if (errors.some(({ message }) => message === 'Validation aborted.')) throw new QueryError('The query asks for fields of one name too often: they are compared with each other.');
  return errors.length > 0 ? errors : document;
}

/** Before validation, whose own rules take their time with deep and wide documents. Fragments count wherever they are spread. */
function measure(document: DocumentNode): void {
  const fragments = new Map(document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [])));
  if (fragments.size > FRAGMENTS_MAX) throw new QueryError(`A query may have ${FRAGMENTS_MAX} fragments.`);
  for (const definition of document.definitions) {
    // Fragments by themselves as well: validation looks at those that nobody uses, too.
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const count = { fields: 0 };
    const names = new Map<string, number>();
    walk(definition.selectionSet, { fragments, count, names, depth: 1, inside: new Set() });
    if (definition.kind === Kind.OPERATION_DEFINITION && definition.selectionSet.selections.length > ROOT_LISTS_MAX) throw new QueryError(`A query may ask ${ROOT_LISTS_MAX} things at its top.`);
  }
}

interface Walk {
  readonly fragments: ReadonlyMap<string, SelectionSetNode>;
  readonly count: { fields: number };
  readonly names: Map<string, number>;
  readonly depth: number;
  /** Fragments that we are in: a circle is for validation to refuse. */
  readonly inside: ReadonlySet<string>;
}

function walk(set: SelectionSetNode, at: Walk): void {
  if (at.depth > DEPTH_MAX) throw new QueryError(`A query may be ${DEPTH_MAX} levels deep.`);
  for (const selection of set.selections) {
    at.count.fields += 1;
    if (at.count.fields > FIELDS_MAX) throw new QueryError(`A query may have ${FIELDS_MAX} fields.`);
    if (selection.kind === Kind.FIELD) {
      const { value: name } = selection.name;
      const times = (at.names.get(name) ?? 0) + 1;
      at.names.set(name, times);
      if (selection.alias !== undefined && times > ALIASES_PER_NAME_MAX) throw new QueryError(`A query may ask for one field ${ALIASES_PER_NAME_MAX} times.`);
      // Introspection nests deeper, and has a rule of its own.
      if (selection.selectionSet !== undefined && !name.startsWith('__')) walk(selection.selectionSet, { ...at, depth: at.depth + 1 });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      walk(selection.selectionSet, at);
    } else {
      const { value: name } = selection.name;
      const fragment = fragmentOf(at, name);
      if (fragment !== undefined) walk(fragment, { ...at, inside: new Set([...at.inside, name]) });
    }
  }
}

function fragmentOf({ fragments, inside }: Walk, name: string): SelectionSetNode | undefined {
  return inside.has(name) ? undefined : fragments.get(name);
}
