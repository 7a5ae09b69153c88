/** The book of name records: each creator's newest signed pointer, kept by every heavy node. */
import { isAddressEqual, keccak256 } from 'viem';
import type { Address, Hex } from 'viem';
import { creatorNonce } from '../chain/creator-nonce.ts';
import type { Store } from '../store/open.ts';
import type { NameMessage } from '../wire/messages.ts';
import { recoverTyped } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import { NameConflictError, NotEntitledError } from './errors.ts';
import { decideCopy, decideWrite } from './name-rules.ts';
import type { NameDecision, VersionedValue } from './name-rules.ts';
import { createTurns } from './turns.ts';

export interface NameBook {
  /**
   * Takes a record when its signature and version allow it; durable when it returns. `isCopy`: it comes from another heavy node.
   * @throws NotEntitledError, NameConflictError
   */
  put(creator: Address, record: NameMessage, options: { readonly isCopy: boolean }): Promise<'store' | 'keep'>;
  get(creator: Address): Promise<NameMessage | undefined>;
  creators(): Promise<Address[]>;
}

export function createNameBook(context: HeavyContext, onStored: (creator: Address) => void): NameBook {
  const { store, log } = context;
  const inTurn = createTurns();

  return {
    async put(creator, record, { isCopy }) {
      await checkSignature(context, creator, record);
      return inTurn(async () => {
        const stored = await readRecord(store, creator);
        if (stored === undefined) await checkStanding(context, creator);
        const decision = decide(isCopy, stored, record);
        if (stored !== undefined && decision !== 'keep' && stored.version === record.version) {
          log.warn('names.two-values', { creator, version: record.version, kept: decision === 'store' ? 'the new one' : 'the stored one' });
        }
        if (decision === 'conflict') throw new NameConflictError({ creator, version: record.version, stored: stored?.version ?? 0 });
        if (decision === 'store') {
          await writeRecord(store, creator, record);
          log.info('names.stored', { creator, version: record.version, isCopy });
          onStored(creator);
        }
        return decision;
      });
    },
    get: (creator) => readRecord(store, creator),
    async creators() {
      return (await store.nameRecord.findMany({ select: { creator: true } })).map(({ creator }) => creator as Address);
    },
  };
}

function decide(isCopy: boolean, stored: NameMessage | undefined, incoming: NameMessage): NameDecision {
  const rule = isCopy ? decideCopy : decideWrite;
  return rule(stored === undefined ? undefined : versioned(stored), versioned(incoming));
}

function versioned({ version, value }: NameMessage): VersionedValue {
  return { version, valueHash: keccak256(value) };
}

async function checkSignature(context: HeavyContext, creator: Address, record: NameMessage): Promise<void> {
  const { version, valueHash } = versioned(record);
  const signer = await recoverTyped(context.chain.domain, 'NameRecord', { creator, version, valueHash }, record.signature);
  if (isAddressEqual(signer, creator)) return;
  throw new NotEntitledError('BAD_SIGNATURE', `${creator} did not sign this version and value for this market.`, "Sign the name record with the creator's account.");
}

/** Keys are free, so records of keys that never rented anything would fill any disk. */
async function checkStanding(context: HeavyContext, creator: Address): Promise<void> {
  if ((await creatorNonce(context.chain, creator)) > 0) return;
  throw new NotEntitledError('NO_AGREEMENT', `${creator} has never opened an agreement, so no name is kept for it.`, 'Rent space first.');
}

async function readRecord(store: Store, creator: Address): Promise<NameMessage | undefined> {
  const row = await store.nameRecord.findUnique({ where: { creator: creator.toLowerCase() } });
  if (row === null) return undefined;
  const value: Hex = `0x${Buffer.from(row.value).toString('hex')}`;
  return { version: Number(row.version), value, keyCheck: row.keyCheck as Hex, signature: row.signature as Hex };
}

async function writeRecord(store: Store, creator: Address, record: NameMessage): Promise<void> {
  const key = creator.toLowerCase();
  const { keyCheck, signature } = record;
  const data = { version: BigInt(record.version), value: Uint8Array.from(Buffer.from(record.value.slice(2), 'hex')), keyCheck, signature };
  await store.nameRecord.upsert({ where: { creator: key }, create: { creator: key, ...data }, update: data });
}
