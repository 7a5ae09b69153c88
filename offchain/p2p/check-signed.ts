/** What every signed word that is gossiped must keep: it has not ended, it does not last too long, and the operator of its node signed it. */
import { isAddressEqual } from 'viem';
import type { Hex, TypedDataDomain } from 'viem';
import { CLOCK_SKEW_SECONDS } from '../wire/limits.ts';
import { recoverTyped } from '../wire/typed-data.ts';
import type { TypedMessages } from '../wire/typed-data.ts';
import { ASK_SECONDS_MAX } from './limits.ts';
import type { Registered, RegisteredNode } from './registered.ts';

export interface CheckContext {
  readonly domain: TypedDataDomain;
  readonly registered: Registered;
  /** The chain's time. */
  readonly nowSeconds: number;
}

/** Of whom it speaks, and what else the registry must say of that node. */
export interface Speaker {
  readonly node: number;
  /** Why this entry cannot be the speaker's; undefined: it can. */
  readonly doubt: (entry: RegisteredNode | undefined) => string | undefined;
  /** Who did not sign what somebody else did: "its provider". */
  readonly who: string;
}

/** Why a word must not be believed; undefined: it is its node's word, and it is fresh. The signature, which costs most, is checked last. */
export async function checkSigned<P extends 'Ask' | 'Notice'>(kind: P, signed: TypedMessages[P] & { readonly signature: Hex }, speaker: Speaker, context: CheckContext): Promise<string | undefined> {
  const { domain, registered, nowSeconds } = context;
  const { signature, ...message } = signed;
  if (signed.expiry <= nowSeconds) return 'it has ended';
  if (signed.expiry > nowSeconds + ASK_SECONDS_MAX + CLOCK_SKEW_SECONDS) return `it would last longer than ${ASK_SECONDS_MAX} s`;
  const entry = await registered.node(speaker.node);
  const doubt = speaker.doubt(entry);
  if (doubt !== undefined || entry === undefined) return doubt ?? 'the registry has no such node';
  const signer = await recoverTyped(domain, kind, message as unknown as TypedMessages[P], signature).catch(() => undefined);
  return signer !== undefined && isAddressEqual(signer, entry.operator) ? undefined : `${speaker.who} did not sign it`;
}
