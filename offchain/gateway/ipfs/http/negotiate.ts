/** What a client wants: by `?format=`, which goes first, or by its Accept header. */
import { BadRequestError, GatewayError, NotAcceptableError } from '../errors.ts';

export type Wanted =
  | { readonly kind: 'raw' | 'plain' | 'ipns-record' }
  | { readonly kind: 'car'; readonly dups: boolean };

/** Maps, for what is looked up comes from strangers: every object has a `constructor`. */
const KINDS = new Map<string, Wanted['kind']>([['application/vnd.ipld.raw', 'raw'], ['application/vnd.ipld.car', 'car'], ['application/vnd.ipfs.ipns-record', 'ipns-record']]);
const FORMATS = new Map<string, Wanted['kind']>([['raw', 'raw'], ['car', 'car'], ['ipns-record', 'ipns-record']]);
/** Formats of the specifications that would need somebody to trust this gateway. */
const OTHER_FORMATS = new Set(['json', 'cbor', 'dag-json', 'dag-cbor', 'tar']);

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly q: number;
}

/** @throws BadRequestError, NotAcceptableError */
export function negotiate(accept: string | undefined, query: URLSearchParams, { deserialize }: { readonly deserialize: boolean }): Wanted {
  const ranges = parseAccept(accept ?? '');
  const format = query.get('format');
  if (format !== null) {
    const kind = FORMATS.get(format);
    if (kind === undefined) throw OTHER_FORMATS.has(format) ? new NotAcceptableError(`This gateway does not send ?format=${format}.`) : new BadRequestError(`?format=${format.slice(0, 40)} is no format that is known.`);
    return wanted(kind, ranges.find(({ type }) => KINDS.get(type) === kind)?.parameters ?? new Map(), query);
  }
  let mismatch: GatewayError | undefined;
  for (const { type, parameters, q } of [...ranges].sort((a, b) => b.q - a.q)) {
    if (q === 0) continue;
    const kind = KINDS.get(type) ?? 'plain';
    if (kind === 'plain' && !deserialize) continue;
    try {
      return wanted(kind, parameters, query);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      mismatch ??= error;
    }
  }
  if (mismatch !== undefined) throw mismatch;
  if (deserialize && ranges.length === 0) return { kind: 'plain' };
  if (ranges.length === 0) throw new BadRequestError('This gateway sends what can be verified and nothing else: ask for ?format=raw or ?format=car, or send an Accept header.');
  throw new NotAcceptableError('This gateway sends what can be verified and nothing else.');
}

/** Whether the kind of an answer followed from headers alone, so that its address should say it. */
export function isByHeader(query: URLSearchParams): boolean {
  return !query.has('format');
}

function wanted(kind: Wanted['kind'], parameters: ReadonlyMap<string, string>, query: URLSearchParams): Wanted {
  if (kind !== 'car') return { kind };
  const of = (name: string): string | undefined => query.get(`car-${name}`) ?? parameters.get(name);
  const version = of('version') ?? '1';
  const order = of('order') ?? 'dfs';
  const dups = of('dups') ?? 'n';
  if (version !== '1') throw new NotAcceptableError(`This gateway sends no CAR of version ${version.slice(0, 20)}.`);
  if (order !== 'dfs' && order !== 'unk') throw new NotAcceptableError(`This gateway sends no CAR in the order ${order.slice(0, 20)}.`);
  if (dups !== 'y' && dups !== 'n') throw new BadRequestError(`dups is y or n, not ${dups.slice(0, 20)}.`);
  return { kind: 'car', dups: dups === 'y' };
}

const RANGES_MAX = 64;

function parseAccept(accept: string): Range[] {
  return accept.split(',').slice(0, RANGES_MAX).flatMap((item): Range[] => {
    const [type = '', ...rest] = item.split(';').map((part) => part.trim());
    if (type === '') return [];
    const parameters = new Map(rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=').map((text) => text.trim());
      return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')];
    }));
    const q = Number(parameters.get('q') ?? 1);
    return [{ type: type.toLowerCase(), parameters, q: Number.isFinite(q) ? q : 1 }];
  });
}
