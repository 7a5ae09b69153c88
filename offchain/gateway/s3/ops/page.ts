import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { encodeKey } from '../request/percent.ts';
import { tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';

export const MAX_PAGE = 1_000;
/** What S3 takes for max-keys; a page is never longer than MAX_PAGE. */
const MAX_ASKED = 2_147_483_647;

/** What all lists have in common. */
export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly limit: number;
  /** Writes a key as this client wants it. */
  readonly encode: (key: string) => string;
  /** `<EncodingType>`, where it was asked for. */
  readonly encoding: string | undefined;
}

/** Throws InvalidArgument. */
export function readPage({ target: { query } }: Call, maxName: string): PageRequest {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== '' && encoding !== 'url') throw new S3Error('InvalidArgument', 'encoding-type must be url.', { fields: { ArgumentName: 'encoding-type', ArgumentValue: encoding } });
  const delimiter = query.get('delimiter');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: delimiter === '' ? undefined : delimiter,
    limit: Math.min(query.count(maxName, MAX_ASKED) ?? MAX_PAGE, MAX_PAGE),
    encode: encoding === 'url' ? encodeKey : (key) => key,
    encoding: encoding === 'url' ? encoding : undefined,
  };
}

export function commonPrefixes(prefixes: readonly string[], encode: PageRequest['encode']): (Xml | undefined)[] {
  return prefixes.map((prefix) => tag('CommonPrefixes', [tag('Prefix', encode(prefix))]));
}

/** An optional text of the query; an empty one counts as none. */
export function textOf({ target }: Call, name: string): string | undefined {
  const text = target.query.get(name);
  return text === '' ? undefined : text;
}
