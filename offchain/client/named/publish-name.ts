/** Publishes a stored public object under a name. */
import type { PublicLocation } from '../../wire/named.ts';
import { NAME_VALUE_MAX_BYTES, type NamedValue } from '../../wire/named-record.ts';
import { normaliseName } from '../../wire/named-name.ts';
import { abortable } from '../aborting.ts';
import { utf8 } from '../../codec/bytes.ts';
import { bytesSource } from '../bytes-source.ts';
import type { Client } from '../client.ts';
import { put } from '../put.ts';
import { locate } from './locate.ts';
import { type PublishResult, publishRecord } from './publish-record.ts';

export interface PublishNameOptions {
  /** The public name. */
  readonly name: string;
  /** The stored object, as `list` names it; it must have been stored as public content. */
  readonly stored: string;
  /** Counted from 1; the newest when left out. */
  readonly storedVersion?: number | undefined;
  /** Unix seconds from which on the name resolves to nothing; never when left out. */
  readonly expirySeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives everybody the keys of the batches that hold the object. A free name is claimed on the chain first.
 * @throws BadNameError, NoSuchObjectError, NotPublicError, NameNotYoursError, PublishConflictError, NoHolderAnsweredError, RpcUnavailableError, AbortedError
 */
export function publishName(client: Client, options: PublishNameOptions): Promise<PublishResult> {
  const { stored, storedVersion, expirySeconds = 0, signal } = options;
  return abortable(`Publishing ${options.name}`, signal, async () => {
    const name = normaliseName(options.name);
    const location = await locate(client, { name: stored, version: storedVersion, signal });
    const { contentId, root } = location;
    return publishRecord(client, { name, contentId, root, value: await valueOf(client, name, location, signal), expiry: expirySeconds, signal });
  });
}

/** A location that is too large for a record is stored beside the object it is of, and referred to. */
async function valueOf(client: Client, name: string, location: PublicLocation, signal: AbortSignal | undefined): Promise<string> {
  const direct = JSON.stringify({ kind: 'object', location } satisfies NamedValue);
  if (utf8(direct).length <= NAME_VALUE_MAX_BYTES) return direct;
  const stored = `published${name}.location`;
  const source = bytesSource({ path: 'location.json', bytes: utf8(JSON.stringify(location)) });
  await put(client, { source, name: stored, agreement: location.manifest.agreement, visibility: 'public', signal });
  return JSON.stringify({ kind: 'reference', location: await locate(client, { name: stored, signal }) } satisfies NamedValue);
}
