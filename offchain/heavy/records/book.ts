/** The book of public names: takes records that are true, keeps the one that stands and some before it. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import { creatorNonce } from '../../chain/creator-nonce.ts';
import { NameDeeds } from '../../chain/name-deeds.ts';
import { BadRecordError, checkSummary, openValue, outranks, summaryOf } from '../../wire/named-record.ts';
import type { NamedRecord, NamedSummary, Rank } from '../../wire/named-record.ts';
import type { HeavyContext } from '../context.ts';
import { createTurns } from '../turns.ts';
import { NameHandedOverError, NameTakenError, NoStandingError, PublicNameConflictError, TooManyNamesError } from './errors.ts';
import { NAMES_PER_OWNER } from './limits.ts';
import { countNames, dropName, headOf, recordOf, versionsOf, writeVersion } from './rows.ts';
import { outcomeOf, surplus } from './rules.ts';

export interface RecordBook {
  /** The record's hash. @throws BadNameError, BadRecordError, NameTakenError, RpcUnavailableError */
  check(key: Hex, record: NamedRecord): Promise<Hex>;
  /**
   * Durable when it returns. `isCopy`: from another heavy node, so an older version is kept too.
   * @throws BadNameError, BadRecordError, NameTakenError, NameHandedOverError, NoStandingError, PublicNameConflictError, TooManyNamesError, RpcUnavailableError
   */
  put(key: Hex, record: NamedRecord, options: { readonly isCopy: boolean }): Promise<{ readonly hash: Hex; readonly isHead: boolean; readonly isNew: boolean }>;
  /** The one that stands. */
  head(key: Hex): Promise<{ readonly record: NamedRecord; readonly hash: Hex } | undefined>;
  get(key: Hex, hash: Hex): Promise<NamedRecord | undefined>;
  /** The highest one of a version. */
  byVersion(key: Hex, version: number): Promise<NamedRecord | undefined>;
  /** The highest first. */
  list(key: Hex): Promise<NamedSummary[]>;
}

export function createRecordBook(context: HeavyContext, onChanged: (key: Hex) => void): RecordBook {
  const { chain, store, log, settings } = context;
  const deeds = new NameDeeds(chain);
  const inTurn = createTurns();

  const mustOwn = async (key: Hex, { name, owner, tenure }: NamedRecord, isCopy: boolean): Promise<readonly Address[]> => {
    const owners = await deeds.owners(key);
    const entitled = owners[tenure - 1];
    if (entitled === undefined || !isAddressEqual(entitled, owner)) throw new NameTakenError({ name, signer: owner, owner: owners.at(-1) });
    if (!isCopy && tenure < owners.length) throw new NameHandedOverError({ name, owner: owners.at(-1) as string });
    return owners;
  };

  /** A reorganisation may give a tenure to somebody else; what the one before published must not stand in his way. Deeds that are only missing may be an RPC that is behind. */
  const dropStrangers = async (key: Hex, owners: readonly Address[]): Promise<void> => {
    const head = await headOf(store, key);
    const owner = head === undefined ? undefined : owners[head.tenure - 1];
    if (head === undefined || owner === undefined || isAddressEqual(owner, head.owner)) return;
    await dropName(store, key);
    log.warn('records.owner-changed', { key, from: head.owner, to: owner });
  };

  const mustHaveRoom = async ({ owner }: NamedRecord): Promise<void> => {
    if ((await creatorNonce(chain, owner)) === 0) throw new NoStandingError(owner);
    if ((await countNames(store, owner)) >= NAMES_PER_OWNER) throw new TooManyNamesError(owner, NAMES_PER_OWNER);
    if ((await countNames(store)) >= settings.records.maxNames) throw new TooManyNamesError('This node', settings.records.maxNames);
  };

  const sorted = async (key: Hex) => (await versionsOf(store, key)).sort((a, b) => (outranks(a, b) ? -1 : 1));
  const get = (key: Hex, hash: Hex) => recordOf(store, key, hash);

  const check = async (key: Hex, record: NamedRecord, { isCopy }: { readonly isCopy: boolean }): Promise<{ hash: Hex; owners: readonly Address[] }> => {
    const hash = await checkSummary(chain.domain, key, summaryOf(record));
    openValue(record);
    const { expiry } = record;
    if (!isCopy && expiry > 0 && expiry <= (await chain.nowSeconds())) throw new BadRecordError('it has expired already');
    return { hash, owners: await mustOwn(key, record, isCopy) };
  };

  return {
    check: async (key, record) => (await check(key, record, { isCopy: true })).hash,
    async put(key, record, { isCopy }) {
      const { hash, owners } = await check(key, record, { isCopy });
      return inTurn(async () => {
        await dropStrangers(key, owners);
        const versions = await versionsOf(store, key);
        const head = await headOf(store, key);
        if (versions.some((one) => one.hash === hash)) return { hash, isHead: head?.hash === hash, isNew: false };
        if (head === undefined) await mustHaveRoom(record);
        const rank: Rank = { hash, tenure: record.tenure, version: record.version };
        const outcome = outcomeOf(rank, head, isCopy);
        if (outcome === 'conflict') throw new PublicNameConflictError(record.name, record, head as Rank);
        const sizeBytes = Buffer.byteLength(JSON.stringify(record));
        const gone = surplus([...versions, { ...rank, sizeBytes }]).map((one) => one.hash);
        // Older than everything that is kept: there is no room for it.
        if (gone.includes(hash)) return { hash, isHead: false, isNew: false };
        await writeVersion(store, { ...rank, key, isHead: outcome === 'head', gone }, record);
        if (versions.some((one) => one.tenure === rank.tenure && one.version === rank.version)) log.warn('records.fork', { name: record.name, version: record.version, stands: outcome === 'head' ? hash : head?.hash });
        log.info('records.stored', { name: record.name, version: record.version, owner: record.owner, as: outcome, isCopy });
        onChanged(key);
        return { hash, isHead: outcome === 'head', isNew: true };
      });
    },
    async head(key) {
      const head = await headOf(store, key);
      const record = head === undefined ? undefined : await get(key, head.hash);
      return head === undefined || record === undefined ? undefined : { record, hash: head.hash };
    },
    get,
    async byVersion(key, version) {
      const found = (await sorted(key)).find((one) => one.version === version);
      return found === undefined ? undefined : get(key, found.hash);
    },
    async list(key) {
      const records: NamedSummary[] = [];
      for (const { hash } of await sorted(key)) {
        const record = await get(key, hash);
        if (record !== undefined) records.push(summaryOf(record));
      }
      return records;
    },
  };
}
