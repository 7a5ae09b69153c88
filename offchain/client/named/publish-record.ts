/** The next version of a name: claims the name where it is free, signs, and gives it to its holders. */
import { isAddressEqual } from 'viem';
import type { Hex } from 'viem';
import { claimName } from '../../chain/name-deeds.ts';
import { requestJson } from '../../wire/http-client.ts';
import { RecordStored } from '../../wire/named-messages.ts';
import { type NamedRecord, messageOf, recordHash, summaryOf } from '../../wire/named-record.ts';
import { signTyped } from '../../wire/typed-data.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { pause } from '../aborting.ts';
import type { Client } from '../client.ts';
import { askHolders } from './ask-holders.ts';
import { NameNotYoursError, PublishConflictError } from './errors.ts';
import { type LookUp, type NameOwners, lookUp, lookUpVersions, ownersByName } from './look-up.ts';

export interface PublishResult {
  readonly name: string;
  readonly key: Hex;
  readonly hash: Hex;
  readonly version: number;
  readonly tenure: number;
  /** Empty when it is taken back. */
  readonly contentId: string;
  readonly parents: readonly Hex[];
  /** Ids of the heavy nodes that have it. */
  readonly holders: readonly number[];
  /** True: exactly this stands already. */
  readonly unchanged: boolean;
  /** Of the transaction that claimed the name; absent when it was claimed already. */
  readonly claimGas?: bigint;
}

export interface Publication {
  readonly name: string;
  readonly contentId: string;
  readonly root: Hex;
  /** JSON of a `NamedValue`. */
  readonly value: string;
  /** Unix seconds; 0: never. */
  readonly expiry: number;
  readonly signal?: AbortSignal | undefined;
}

const PUT_TIMEOUT_MS = 15_000;
/** A holder's RPC may be some blocks behind the one that confirmed the claim. */
const CLAIM_TRIES = 8;
const CLAIM_PAUSE_MS = 750;

/** @throws NameNotYoursError, PublishConflictError, NoHolderAnsweredError, InsufficientFundsError, RpcUnavailableError */
export async function publishRecord(client: Client, publication: Publication): Promise<PublishResult> {
  const { contentId, root, value, expiry, signal } = publication;
  const { owned, claimGas } = await own(client, publication.name);
  const { name, key, owners } = owned;
  const before = await lookUp(client, { name, signal });
  const same = sameAsBefore(before, publication, owners.length);
  if (same !== undefined) return { ...same, holders: before.holders.filter(({ hash }) => hash === same.hash).map(({ node }) => node) };
  const { versions } = await lookUpVersions(client, { name, signal });
  const [top] = versions;
  const parents = versions.filter(({ tenure, version }) => tenure === top?.tenure && version === top.version).slice(0, 8).map(({ hash }) => hash).sort();
  const unsigned = { name, tenure: owners.length, owner: client.creator, version: (top?.version ?? 0) + 1, parents, contentId, root, created: Math.floor(Date.now() / 1_000), expiry };
  const message = messageOf(summaryOf({ ...unsigned, value, signature: '0x' }));
  const record: NamedRecord = { ...unsigned, value, signature: await signTyped(client.signer, client.chain.domain, 'PublicName', message) };
  const hash = recordHash(client.chain.domain, message);
  const { answers } = await askHolders(client, name, key, ({ url }, scope) => putRecord(url, key, record, scope), signal);
  if (answers.some(({ answer }) => answer === 'conflict')) throw new PublishConflictError(name, record.version);
  const { version, tenure } = record;
  return { name, key, hash, version, tenure, contentId, parents, holders: answers.map(({ holder }) => holder.node), unchanged: false, ...(claimGas === undefined ? {} : { claimGas }) };
}

/** The name with its owners, the last of which is this client. */
async function own(client: Client, text: string): Promise<{ owned: NameOwners; claimGas?: bigint }> {
  const known = await ownersByName(client, text);
  if (known.owners.length > 0) return { owned: mustBeOwner(client, known) };
  const { gasUsed } = await claimName(client.chain, known.key);
  return { owned: mustBeOwner(client, await ownersByName(client, text)), claimGas: gasUsed };
}

function mustBeOwner(client: Client, named: NameOwners): NameOwners {
  const owner = named.owners.at(-1);
  if (owner === undefined || !isAddressEqual(owner, client.creator)) throw new NameNotYoursError(named.name, owner ?? 'nobody that this RPC knows of yet');
  return named;
}

function sameAsBefore({ name, key, found }: LookUp, { contentId, root, value, expiry }: Publication, tenure: number): Omit<PublishResult, 'holders'> | undefined {
  if (found === undefined) return undefined;
  const { record, hash } = found;
  const isSame = record.tenure === tenure && record.contentId === contentId && record.root === root && record.value === value && record.expiry === expiry;
  return isSame ? { name, key, hash, version: record.version, tenure, contentId, parents: record.parents, unchanged: true } : undefined;
}

async function putRecord(url: string, key: Hex, record: NamedRecord, signal: AbortSignal): Promise<'stored' | 'conflict'> {
  for (let attempt = 1; ; attempt++) {
    try {
      await requestJson(`${url}/records/${key}`, { method: 'PUT', body: record, schema: RecordStored, timeoutMs: PUT_TIMEOUT_MS, signal });
      return 'stored';
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.code === 'NAME_CONFLICT') return 'conflict';
      const isBehind = error.code === 'NAME_UNCLAIMED' || error.code === 'NAME_TAKEN';
      if (!isBehind || attempt === CLAIM_TRIES) throw error;
      await pause(CLAIM_PAUSE_MS, signal);
    }
  }
}
