import type { Indexer } from '../../offchain/indexer/indexer.ts';
import { plural } from '../../offchain/indexer/query/names.ts';
import type { EntityModel, SchemaModel } from '../../offchain/indexer/schema/model.ts';
import type { Row, Snapshot } from './snapshot.ts';

/** As many as one query gives, and fewer than that are in any history here. */
const PAGE = 1_000;

/** Entities as the query endpoint gives them for one block, whole, page by page. Each type is asked for once. */
export function indexedSnapshot({ indexer, model, block }: { indexer: Indexer; model: SchemaModel; block: number }): Snapshot {
  const known = new Map<string, Promise<ReadonlyMap<string, Row>>>();
  return (type) => {
    const found = known.get(type) ?? readAll(indexer, model.entities.get(type) as EntityModel, block);
    known.set(type, found);
    return found;
  };
}

async function readAll(indexer: Indexer, entity: EntityModel, block: number): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  const fields = entity.fields.map(({ name, reference }) => (reference === undefined ? name : `${name} { id }`)).join(' ');
  const name = plural(entity.name);
  const type = entity.fields[0]?.kind === 'Bytes' ? 'Bytes' : 'ID';
  for (let after = type === 'Bytes' ? '0x' : ''; ; ) {
    const query = `query ($after: ${type}!, $block: Int!) { ${name}(first: ${PAGE}, orderBy: id, where: { id_gt: $after }, block: { number: $block }) { ${fields} } }`;
    const { data, errors } = await indexer.query({ query, variables: { after, block } });
    if (errors !== undefined) throw new Error(`${name}: ${errors.map(({ message }) => message).join('; ')}`);
    const page = (data as Record<string, Record<string, unknown>[]>)[name] as Record<string, unknown>[];
    for (const one of page) rows.set(String(one['id']), flat(one));
    if (page.length < PAGE) return rows;
    after = String((page.at(-1) as Record<string, unknown>)['id']);
  }
}

/** A reference is its id. */
function flat(one: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, typeof value === 'object' && value !== null ? (value as { id: string }).id : (value as string | number | boolean | null)]));
}
