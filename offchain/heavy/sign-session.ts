import { sessionHeader } from '../wire/session.ts';
import { signTyped } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import { SESSION_SECONDS } from './limits.ts';

/** The header that lets the operator of an agreement's heavy node fill a slot, and read for nothing. */
export async function signSession({ account, chain }: Pick<HeavyContext, 'account' | 'chain'>, agreement: number): Promise<string> {
  const session = { agreement, creator: account.address, expiry: Math.floor(await chain.nowSeconds()) + SESSION_SECONDS };
  return sessionHeader({ session, signature: await signTyped(account, chain.domain, 'Session', session) });
}

/** Half of a session's life. */
const KEPT_MS = (SESSION_SECONDS / 2) * 1_000;

/** The header of `signSession`, signed anew every half hour. */
export function createSession(context: Pick<HeavyContext, 'account' | 'chain'>, agreement: number): () => Promise<string> {
  let kept: Promise<string> | undefined;
  let untilMs = 0;
  return () => {
    if (kept === undefined || performance.now() >= untilMs) {
      const signed = signSession(context, agreement);
      [kept, untilMs] = [signed, performance.now() + KEPT_MS];
      signed.catch(() => (kept = undefined));
    }
    return kept;
  };
}
