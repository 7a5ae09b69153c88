/** What an answer, or none, says about a provider. Pure. Only wrong or missing bytes are a failure: silence, refusals and our own faults are kept apart. */
import { RemoteError, TransportError } from '../../wire/transport-errors.ts';

/**
 * passed: the right bytes. wrong: bytes that the root refutes. missing: by its own word it does not have what it signed for.
 * unknown: an answer that proves nothing. offline: nobody answered at its address. ours: this machine, not the provider.
 */
export type Outcome = 'passed' | 'wrong' | 'missing' | 'unknown' | 'offline' | 'ours';

export interface Verdict {
  readonly outcome: Outcome;
  readonly reason: string;
}

/** Errors of this machine's network or resources: the provider has not even been asked. */
const OUR_CODES = /\b(EMFILE|ENFILE|ENETDOWN|ENETUNREACH|EADDRNOTAVAIL|ENOBUFS|ENOMEM|EAI_AGAIN|EACCES|EPERM)\b/;
/** Nobody listens there, or the name leads nowhere. */
const AWAY_CODES = /\b(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENOTFOUND|ETIMEDOUT)\b/;

/** Of a request that failed. Silence is `unknown` here: a second question to another address of the same node tells it from absence. */
export function judgeError(error: unknown, options: { readonly elapsedMs: number; readonly timeoutMs: number }): Verdict {
  const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
  // It serves, for money: that is its right, and no audit is paid for.
  if (error instanceof RemoteError && error.remoteStatus === 402) return { outcome: 'ours', reason };
  if (error instanceof RemoteError) return { outcome: error.remoteStatus === 404 && error.code === 'NO_SUCH_FRAGMENT' ? 'missing' : 'unknown', reason };
  if (!(error instanceof TransportError)) return { outcome: 'ours', reason };
  const text = `${reason} ${codesOf(error)}`;
  if (OUR_CODES.test(text)) return { outcome: 'ours', reason };
  if (AWAY_CODES.test(text)) return { outcome: 'offline', reason };
  // A timer that fires this late waited for this process, not for the network.
  if (error.code === 'TIMEOUT' && options.elapsedMs > options.timeoutMs + OWN_DELAY_MS) return { outcome: 'ours', reason };
  return { outcome: 'unknown', reason };
}

const OWN_DELAY_MS = 1_000;
/** So many different providers have to be away at once before it is taken for our own fault. */
const CROWD = 3;

/** True when several providers were asked and every one of them is away. */
export function isOurFault(asked: readonly { readonly provider: number; readonly isAway: boolean }[]): boolean {
  return new Set(asked.map(({ provider }) => provider)).size >= CROWD && asked.every(({ isAway }) => isAway);
}

function codesOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const own = 'code' in error ? String(error.code) : '';
  const several = error instanceof AggregateError ? error.errors.map(codesOf).join(' ') : '';
  return `${own} ${several} ${error.cause === undefined ? '' : `${error.cause instanceof Error ? error.cause.message : ''} ${codesOf(error.cause)}`}`;
}
