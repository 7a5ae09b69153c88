import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({ ignoreAttributes: true, removeNSPrefix: true, parseTagValue: false, processEntities: true, ignoreDeclaration: true, isArray: (name) => name === 'Contents' || name === 'CommonPrefixes' });

export interface ListPage {
  readonly keys: readonly string[];
  /** Of folders, where a delimiter was given. */
  readonly prefixes: readonly string[];
  /** Absent on the last page. */
  readonly next: string | undefined;
}

/** The answer to ListObjectsV2; undefined when it is something else. */
export function parseList(bytes: Uint8Array): ListPage | undefined {
  const result = parse(bytes)?.['ListBucketResult'];
  if (!isRecord(result)) return result === '' ? { keys: [], prefixes: [], next: undefined } : undefined;
  const next = result['IsTruncated'] === 'true' ? result['NextContinuationToken'] : undefined;
  if (result['IsTruncated'] === 'true' && (typeof next !== 'string' || next === '')) return undefined;
  return { keys: texts(result['Contents'], 'Key'), prefixes: texts(result['CommonPrefixes'], 'Prefix'), next: next as string | undefined };
}

export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
}

/** Undefined when it is no S3 error: a proxy's page, say. */
export function parseError(bytes: Uint8Array): ErrorDocument | undefined {
  const error = parse(bytes)?.['Error'];
  if (!isRecord(error) || typeof error['Code'] !== 'string' || error['Code'] === '') return undefined;
  const message = typeof error['Message'] === 'string' ? error['Message'] : '';
  return { code: error['Code'].slice(0, 64), message: message.slice(0, 200) };
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const document: unknown = parser.parse(Buffer.from(bytes).toString('utf8'));
    return isRecord(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function texts(list: unknown, name: string): string[] {
  return (Array.isArray(list) ? list : []).map((one: unknown) => (isRecord(one) ? one[name] : undefined)).filter((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
