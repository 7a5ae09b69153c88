/** The seal keys that creators entrust to this node: enough to rebuild a lost fragment, useless for reading it. */
import { GUARDIANS, guardiansOf } from '../chain/guardians.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import { equal } from '../codec/bytes.ts';
import type { SealRequest } from '../wire/messages.ts';
import { sessionHeader, verifySessionHeader } from '../wire/session.ts';
import type { HeavyContext } from './context.ts';
import { NotEntitledError, SealKeyError, TooManySealKeysError } from './errors.ts';
import { openKeyring } from './keyring.ts';
import type { SealCandidate } from './keyring.ts';
import { SEAL_KEYS_PER_AGREEMENT } from './limits.ts';
import { createTurns } from './turns.ts';

export interface Seals {
  /**
   * Keeps a key that the agreement's creator sends. The session's signature does not cover the key itself, and providers see
   * sessions too: so a few keys are kept side by side, and the first one that rebuilds a committed fragment ends the doubt.
   * @throws NotEntitledError, TooManySealKeysError, UnauthorizedError, ForbiddenError
   */
  accept(agreement: number, request: SealRequest): Promise<void>;
  /** Keys to try; only the proven one once there is one. @throws SealKeyError NO_SEAL_KEY */
  keysOf(agreement: number): Promise<Uint8Array[]>;
  /** A fragment rebuilt with this key met its committed root: the others go. */
  confirm(agreement: number, sealKey: Uint8Array): Promise<void>;
  /** Agreements with a key here. */
  agreements(): Promise<number[]>;
  /** The agreement is over: its keys are of no use to anybody. */
  forget(agreement: number): Promise<void>;
}

export async function createSeals(context: HeavyContext): Promise<Seals> {
  const { chain, store, log } = context;
  const { chainId, market } = chain.deployment;
  const inTurn = createTurns();
  const keyring = await openKeyring(context.account, `${chainId}/${market.toLowerCase()}`);

  const read = async (agreement: number): Promise<SealCandidate[]> => {
    const row = await store.seal.findUnique({ where: { agreement } });
    return row === null ? [] : keyring.unlock(agreement, row.sealKey);
  };
  const write = async (agreement: number, creator: string, keys: readonly SealCandidate[]) => {
    const sealKey = await keyring.lock(agreement, keys);
    await store.seal.upsert({ where: { agreement }, create: { agreement, creator, sealKey }, update: { sealKey } });
  };

  const add = async (agreement: number, creator: string, sealKey: Uint8Array) => {
    const keys = await read(agreement);
    if (keys.some((known) => equal(known.sealKey, sealKey))) return;
    if (keys.length >= SEAL_KEYS_PER_AGREEMENT || keys.some(({ works }) => works)) throw new TooManySealKeysError(agreement, keys.length);
    await write(agreement, creator, [...keys, { sealKey, works: false }]);
    log.info('seals.kept', { agreement });
  };

  return {
    async accept(agreement, request) {
      const creator = await checkRequest(context, agreement, request);
      await inTurn(() => add(agreement, creator, Uint8Array.from(Buffer.from(request.sealKey.slice(2), 'hex'))));
    },
    async keysOf(agreement) {
      const keys = await read(agreement);
      if (keys.length === 0) {
        throw new SealKeyError('NO_SEAL_KEY', agreement, 'was never given to this node, so nothing can be rebuilt', 'The creator sends it with PUT /seals.');
      }
      return keys.map(({ sealKey }) => sealKey);
    },
    agreements: async () => (await store.seal.findMany({ select: { agreement: true } })).map(({ agreement }) => agreement),
    forget: async (agreement) => void (await store.seal.deleteMany({ where: { agreement } })),
    confirm: (agreement, sealKey) =>
      inTurn(async () => {
        const row = await store.seal.findUniqueOrThrow({ where: { agreement } });
        const keys = await keyring.unlock(agreement, row.sealKey);
        if (!keys.some(({ works }) => works)) await write(agreement, row.creator, [{ sealKey, works: true }]);
      }),
  };
}

async function checkRequest(context: HeavyContext, agreement: number, request: SealRequest): Promise<string> {
  const { chain, directory } = context;
  const { creator, heavy } = await readAgreement(chain, agreement);
  if (heavy !== context.id && !(await isGuardian())) {
    throw new NotEntitledError('NOT_MY_AGREEMENT', `Agreement ${agreement} carries the footprint of heavy node ${heavy}, and ${context.id} is none of its guardians.`, 'Send its seal key to that node.');
  }
  const header = sessionHeader({ session: { agreement, creator, expiry: request.expiry }, signature: request.signature });
  await verifySessionHeader(header, { domain: chain.domain, agreement, allowed: [creator], nowSeconds: await chain.nowSeconds() });
  return creator;

  /** By the registry as it is now, and by an older one that lacked the newest heavy node. */
  async function isGuardian(): Promise<boolean> {
    const heavies = (await directory.all()).filter(({ tier, endpoint }) => tier === 'heavy' && endpoint !== '').map(({ id }) => id);
    return guardiansOf({ id: agreement, heavy }, heavies, GUARDIANS + 1).includes(context.id);
  }
}
