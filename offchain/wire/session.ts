import { isAddressEqual } from 'viem';
import type { Address, Hex, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { address, id, seconds, signature } from './fields.ts';
import { ForbiddenError, UnauthorizedError } from './http-errors.ts';
import { SESSION_SECONDS_MAX } from './limits.ts';
import { recoverTyped } from './typed-data.ts';
import type { Session } from './typed-data.ts';

const SCHEME = 'Holdfast';
const HEADER_CHARACTERS_MAX = 1024;

const Ticket = z.object({ agreement: id, creator: address, expiry: seconds, signature });

/** The value of the `authorization` header: `Holdfast <base64url of the session and its signature>`. */
export function sessionHeader(options: { session: Session; signature: Hex }): string {
  const { agreement, creator, expiry } = options.session;
  const text = JSON.stringify({ agreement, creator, expiry, signature: options.signature });
  return `${SCHEME} ${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/**
 * Checks that one of `allowed` signed a session for `agreement` on this market, still valid at `nowSeconds`.
 * Throws UnauthorizedError (missing, malformed, expired, wrong signature) or ForbiddenError (other agreement, stranger).
 */
export async function verifySessionHeader(
  header: string | undefined,
  options: { domain: TypedDataDomain; agreement: number; allowed: readonly Address[]; nowSeconds: number },
): Promise<Session> {
  const ticket = readTicket(header);
  const session: Session = { agreement: ticket.agreement, creator: ticket.creator, expiry: ticket.expiry };
  if (session.expiry < options.nowSeconds) {
    throw new UnauthorizedError('The session has expired.', { code: 'SESSION_EXPIRED', retryable: true, nextStep: 'Sign a new session.' });
  }
  if (session.expiry > options.nowSeconds + SESSION_SECONDS_MAX) {
    throw new UnauthorizedError('The session would live longer than allowed.', {
      code: 'SESSION_TOO_LONG',
      details: { maxSeconds: SESSION_SECONDS_MAX },
      nextStep: `Sign one that ends within ${SESSION_SECONDS_MAX} seconds.`,
    });
  }
  if (session.agreement !== options.agreement) {
    throw new ForbiddenError(`The session is for agreement ${session.agreement}, not ${options.agreement}.`, { code: 'WRONG_SESSION' });
  }
  const signer = await recoverTyped(options.domain, 'Session', session, ticket.signature);
  if (!isAddressEqual(signer, session.creator)) {
    throw new UnauthorizedError(`${session.creator} did not sign this session for this market.`, { code: 'BAD_SESSION_SIGNATURE' });
  }
  if (!options.allowed.some((one) => isAddressEqual(one, signer))) {
    throw new ForbiddenError(`${signer} may not act for agreement ${options.agreement}.`, {
      code: 'NOT_ALLOWED',
      nextStep: "Sign with the creator's account, or with the operator of the agreement's heavy node.",
    });
  }
  return session;
}

/** Who says to have signed the header; not verified. Undefined when it cannot be read. */
export function claimedSigner(header: string | undefined): Address | undefined {
  try {
    return readTicket(header).creator;
  } catch {
    return undefined;
  }
}

function readTicket(header: string | undefined): z.output<typeof Ticket> {
  const [scheme, payload, ...rest] = (header ?? '').split(' ');
  if (scheme !== SCHEME || payload === undefined || rest.length > 0 || payload.length > HEADER_CHARACTERS_MAX) {
    throw new UnauthorizedError('The request carries no session.', {
      code: 'SESSION_MISSING',
      nextStep: 'Send the header "authorization: Holdfast <session>".',
    });
  }
  try {
    return Ticket.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch (cause) {
    throw new UnauthorizedError('The session header cannot be read.', { code: 'SESSION_MALFORMED', cause });
  }
}
