/** What the holders of a name say, checked: signatures, owners and spelling. */
import { type Address, type Hex, isAddressEqual } from 'viem';
import { requestJson } from '../../wire/http-client.ts';
import { nameKey, normaliseName } from '../../wire/named-name.ts';
import { RecordReply, VersionsReply } from '../../wire/named-messages.ts';
import { BadRecordError, checkSummary, openValue, outranks, summaryOf } from '../../wire/named-record.ts';
import type { NamedRecord, NamedSummary, Rank } from '../../wire/named-record.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { messageOf } from '../errors.ts';
import { type Holder, type HolderAnswers, askHolders } from './ask-holders.ts';
import { ownersOfName } from './chain-facts.ts';
import { NoSuchPublicNameError } from './errors.ts';
import type { PublicReader } from './public-reader.ts';

export interface NameOwners {
  /** In its one spelling. */
  readonly name: string;
  readonly key: Hex;
  /** Tenure 1 first; empty for a free name. */
  readonly owners: readonly Address[];
}

export interface LookUp extends NameOwners {
  /** The highest record that any holder has. */
  readonly found: { readonly record: NamedRecord; readonly hash: Hex } | undefined;
  /** Who answered, and with which record; null: it has none. */
  readonly holders: readonly { readonly node: number; readonly url: string; readonly hash: Hex | null }[];
  /** Nodes that told what is not true. */
  readonly distrusted: readonly { readonly node: number; readonly reason: string }[];
}

const ASK_TIMEOUT_MS = 10_000;

/** @throws BadNameError, RpcUnavailableError */
export async function ownersByName({ chain }: Pick<PublicReader, 'chain'>, text: string): Promise<NameOwners> {
  const name = normaliseName(text);
  const key = nameKey(name);
  return { name, key, owners: await ownersOfName(chain, key) };
}

/** @throws BadNameError, NoSuchPublicNameError when nobody owns it, NoHolderAnsweredError, RpcUnavailableError */
export async function lookUp(reader: Pick<PublicReader, 'chain'>, options: { readonly name: string; readonly version?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<LookUp> {
  const named = await ownedName(reader, options.name);
  const query = options.version === undefined ? '' : `&version=${options.version}`;
  const asked = await askHolders(reader, named.name, named.key, async ({ url }, signal) => {
    const reply = await orNothing(requestJson(`${url}/records/${named.key}?local=1${query}`, { schema: RecordReply, timeoutMs: ASK_TIMEOUT_MS, signal }));
    if (reply === undefined) return null;
    const { record } = reply;
    if (options.version !== undefined && record.version !== options.version) throw new BadRecordError('it is of another version than was asked for');
    openValue(record);
    return { record, hash: await checked(reader, named, summaryOf(record)) };
  }, options.signal);
  const [found] = asked.answers.flatMap(({ answer }) => answer ?? []).sort((a, b) => (outranks(rankOf(a), rankOf(b)) ? -1 : 1));
  return {
    ...named,
    found,
    holders: asked.answers.map(({ holder: { node, url }, answer }) => ({ node, url, hash: answer?.hash ?? null })),
    distrusted: distrusted(asked),
  };
}

export interface ListedRecord extends NamedSummary {
  readonly hash: Hex;
}

/** All versions that the holders list, the highest first. @throws as `lookUp` does */
export async function lookUpVersions(reader: Pick<PublicReader, 'chain'>, options: { readonly name: string; readonly signal?: AbortSignal | undefined }): Promise<NameOwners & { readonly versions: readonly ListedRecord[] }> {
  const named = await ownedName(reader, options.name);
  const { answers } = await askHolders(reader, named.name, named.key, async ({ url }, signal) => {
    const { versions } = await requestJson(`${url}/records/${named.key}/versions`, { schema: VersionsReply, timeoutMs: ASK_TIMEOUT_MS, signal });
    return Promise.all(versions.map(async (record): Promise<ListedRecord> => ({ ...record, hash: await checked(reader, named, record) })));
  }, options.signal);
  const byHash = new Map(answers.flatMap(({ answer }) => answer).map((one) => [one.hash, one]));
  return { ...named, versions: [...byHash.values()].sort((a, b) => (outranks(a, b) ? -1 : 1)) };
}

async function ownedName(reader: Pick<PublicReader, 'chain'>, text: string): Promise<NameOwners> {
  const named = await ownersByName(reader, text);
  if (named.owners.length === 0) throw new NoSuchPublicNameError(named.name, 'nobody has claimed it');
  return named;
}

async function checked({ chain }: Pick<PublicReader, 'chain'>, { key, owners }: NameOwners, record: NamedSummary): Promise<Hex> {
  const hash = await checkSummary(chain.domain, key, record);
  const owner = owners[record.tenure - 1];
  if (owner === undefined || !isAddressEqual(owner, record.owner)) throw new BadRecordError(`${record.owner} does not own the name`);
  return hash;
}

/** That a node has no record is an answer too. */
async function orNothing<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof RemoteError && error.remoteStatus === 404) return undefined;
    throw error;
  }
}

function rankOf({ record: { tenure, version }, hash }: { readonly record: NamedRecord; readonly hash: Hex }): Rank {
  return { tenure, version, hash };
}

function distrusted({ failures }: HolderAnswers<unknown>): LookUp['distrusted'] {
  const isUntrue = (error: unknown): boolean => !(error instanceof RemoteError) && error instanceof Error && 'code' in error && ['BAD_RECORD', 'BAD_NAME', 'BAD_REPLY', 'BAD_REQUEST'].includes(String(error.code));
  return failures.flatMap(({ holder, error }: { holder: Holder; error: unknown }) => (isUntrue(error) ? [{ node: holder.node, reason: messageOf(error) }] : []));
}
