/** What nodes say about their own state: signed, gossiped, the newest of each node kept. */
import type { Hex, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { id, seconds, signature } from '../wire/fields.ts';
import { signTyped } from '../wire/typed-data.ts';
import type { Notice, Signer } from '../wire/typed-data.ts';
import { checkSigned } from './check-signed.ts';
import type { CheckContext } from './check-signed.ts';
import { NOTICES_MAX } from './limits.ts';

const CAUSE_CHARACTERS = 256;

export const SignedNotice = z.strictObject({
  node: id,
  sequence: seconds,
  state: z.enum(['normal', 'repair-only', 'read-only', 'leaving']),
  cause: z.string().max(CAUSE_CHARACTERS),
  expiry: seconds,
  signature,
});
export interface SignedNotice extends Notice {
  readonly signature: Hex;
}

export interface NoticeBook {
  readonly size: number;
  /** False: an equal or newer one is known, or there is no room. */
  upsert(notice: SignedNotice): boolean;
  get(node: number): SignedNotice | undefined;
  list(nowSeconds: number): SignedNotice[];
  expire(nowSeconds: number): number;
}

export function createNoticeBook(options: { readonly maxNotices?: number } = {}): NoticeBook {
  const { maxNotices = NOTICES_MAX } = options;
  const notices = new Map<number, SignedNotice>();
  return {
    get size() {
      return notices.size;
    },
    upsert(notice) {
      const known = notices.get(notice.node);
      if (known === undefined ? notices.size >= maxNotices : known.sequence >= notice.sequence) return false;
      notices.set(notice.node, notice);
      return true;
    },
    get: (node) => notices.get(node),
    list: (nowSeconds) => [...notices.values()].filter(({ expiry }) => expiry > nowSeconds),
    expire(nowSeconds) {
      const before = notices.size;
      for (const [node, { expiry }] of notices) if (expiry <= nowSeconds) notices.delete(node);
      return before - notices.size;
    },
  };
}

export async function signNotice(signer: Signer, domain: TypedDataDomain, notice: Notice): Promise<SignedNotice> {
  return { ...notice, signature: await signTyped(signer, domain, 'Notice', notice) };
}

/** Why a notice must not be believed; undefined: it is its node's word, and it is fresh. */
export function checkNotice(notice: SignedNotice, context: CheckContext): Promise<string | undefined> {
  return checkSigned('Notice', notice, { node: notice.node, doubt: () => undefined, who: 'its node' }, context);
}
