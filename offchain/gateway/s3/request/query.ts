import { S3Error } from '../errors.ts';
import { percentEncode } from '../../../wire/sigv4/percent-encode.ts';
import { percentDecode } from './percent.ts';

const MAX_PARAMETERS = 64;

/** The query of a request: names and values decoded, in the order in which they came. */
export class Query {
  readonly pairs: readonly (readonly [name: string, value: string])[];

  constructor(pairs: readonly (readonly [string, string])[]) {
    this.pairs = pairs;
  }

  /** Throws InvalidURI, and InvalidRequest for too many parameters. */
  static parse(raw: string): Query {
    const parts = raw.split('&').filter((part) => part !== '');
    if (parts.length > MAX_PARAMETERS) throw new S3Error('InvalidRequest', `The query has more than ${MAX_PARAMETERS} parameters.`);
    return new Query(parts.map((part) => {
      const at = part.indexOf('=');
      return [decode(at < 0 ? part : part.slice(0, at)), at < 0 ? '' : decode(part.slice(at + 1))] as const;
    }));
  }

  has(name: string): boolean {
    return this.pairs.some(([known]) => known === name);
  }

  get(name: string): string | undefined {
    return this.pairs.find(([known]) => known === name)?.[1];
  }

  /** A whole number from 0 to `max`. Throws InvalidArgument. */
  count(name: string, max: number): number | undefined {
    const text = this.get(name);
    if (text === undefined || text === '') return undefined;
    if (!/^\d{1,10}$/.test(text) || Number(text) > max) throw new S3Error('InvalidArgument', `${name} must be a whole number from 0 to ${max}.`, { fields: { ArgumentName: name, ArgumentValue: text } });
    return Number(text);
  }

  /** As SigV4 signs it: encoded anew, sorted, without the parameter `without`. */
  canonical(without?: string): string {
    const encoded = this.pairs.filter(([name]) => name !== without).map(([name, value]) => [percentEncode(name), percentEncode(value)] as const);
    return encoded.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y)).map(([name, value]) => `${name}=${value}`).join('&');
  }
}

/** A plus sign stands for a space in a query; clients that mean a plus write %2B. */
function decode(text: string): string {
  return percentDecode(text.replaceAll('+', '%20'));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
