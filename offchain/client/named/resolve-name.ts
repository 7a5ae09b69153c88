/** What a public name stands for. */
import type { Address, Hex } from 'viem';
import { requestJson } from '../../wire/http-client.ts';
import { RecordStored } from '../../wire/named-messages.ts';
import { type NamedRecord, type NamedValue, openValue } from '../../wire/named-record.ts';
import { abortable } from '../aborting.ts';
import { NoSuchPublicNameError } from './errors.ts';
import { type LookUp, lookUp } from './look-up.ts';
import type { PublicReader } from './public-reader.ts';

export interface ResolvedName extends Pick<LookUp, 'name' | 'key' | 'holders' | 'distrusted'> {
  readonly record: NamedRecord;
  readonly hash: Hex;
  readonly value: NamedValue;
  /** Who may publish now; another one than the record's when the name was handed over since. */
  readonly owner: Address;
}

export interface ResolveOptions {
  readonly name: string;
  /** An older version; also one that has expired. */
  readonly version?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const REPAIR_TIMEOUT_MS = 5_000;

/**
 * The highest record that the name's holders have and its owner signed. A holder that has an older one is given it.
 * @throws BadNameError, NoSuchPublicNameError, NoHolderAnsweredError, RpcUnavailableError, AbortedError
 */
export function resolveName(reader: PublicReader, options: ResolveOptions): Promise<ResolvedName> {
  const { version, signal } = options;
  return abortable(`Resolving ${options.name}`, signal, async () => {
    const { name, key, owners, found, holders, distrusted } = await lookUp(reader, options);
    if (found === undefined) throw new NoSuchPublicNameError(name, version === undefined ? 'its owner has published nothing' : `there is no version ${version} of it, or none any more`);
    const { record, hash } = found;
    if (version === undefined) {
      await bringUp(holders.filter((holder) => holder.hash !== hash).map(({ url }) => url), key, record);
      if (record.expiry > 0 && record.expiry <= (await reader.chain.nowSeconds())) throw new NoSuchPublicNameError(name, `version ${record.version} of it expired`);
    }
    return { name, key, record, hash, value: openValue(record), owner: owners.at(-1) as Address, holders, distrusted };
  });
}

/** Those who missed it take it at once, or at the latest from the other holders. */
async function bringUp(urls: readonly string[], key: Hex, record: NamedRecord): Promise<void> {
  await Promise.allSettled(urls.map((url) => requestJson(`${url}/records/${key}?copy=1`, { method: 'PUT', body: record, schema: RecordStored, timeoutMs: REPAIR_TIMEOUT_MS })));
}
