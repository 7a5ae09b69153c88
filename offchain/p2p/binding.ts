/** "This peer id speaks for that node": signed by the node's operator, so whoever holds only a peer key can claim nothing. */
import { isAddressEqual } from 'viem';
import type { Address, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { seconds, signature, uint32 } from '../wire/fields.ts';
import { CLOCK_SKEW_SECONDS } from '../wire/limits.ts';
import type { Tier } from '../wire/messages.ts';
import { recoverTyped, signTyped } from '../wire/typed-data.ts';
import type { PeerBinding, Signer } from '../wire/typed-data.ts';
import { RefusedError } from './errors.ts';
import { BINDING_SECONDS_MAX } from './limits.ts';
import type { Registered } from './registered.ts';

const PEER_ID_CHARACTERS = 128;

export const SignedBinding = z.strictObject({ node: uint32, peer: z.string().max(PEER_ID_CHARACTERS), sequence: seconds, expiry: seconds, signature });
export type SignedBinding = z.infer<typeof SignedBinding>;

/** Whom a peer speaks for. `node` 0 with role `creator`: nobody in the registry, but the owner of `operator`. */
export interface Identity {
  readonly peer: string;
  readonly node: number;
  readonly role: Tier | 'creator';
  readonly operator: Address;
  readonly sequence: number;
  readonly expiry: number;
}

export async function signBinding(signer: Signer, domain: TypedDataDomain, binding: PeerBinding): Promise<SignedBinding> {
  return { ...binding, signature: await signTyped(signer, domain, 'PeerBinding', binding) };
}

/**
 * The identity behind a binding that `peer` gave, `peer` being what the encrypted connection proved.
 * @throws RefusedError `bad-binding`; `unregistered`, which a node that has just registered may meet where the registry is read a moment later
 */
export async function checkBinding(binding: SignedBinding, context: { readonly peer: string; readonly domain: TypedDataDomain; readonly registered: Registered; readonly nowSeconds: number }): Promise<Identity> {
  const { signature: given, ...message } = binding;
  const { peer, domain, registered, nowSeconds } = context;
  const { node, sequence, expiry } = binding;
  if (binding.peer !== peer) throw refused(`it is for peer ${binding.peer}`);
  if (expiry <= nowSeconds) throw refused('it has ended');
  if (expiry > nowSeconds + BINDING_SECONDS_MAX + CLOCK_SKEW_SECONDS) throw refused(`it would last longer than ${BINDING_SECONDS_MAX} s`);
  const operator = await recoverTyped(domain, 'PeerBinding', message, given).catch((cause: unknown) => {
    throw refused('its signature belongs to nobody', cause);
  });
  if (node === 0) return { peer, node, role: 'creator', operator, sequence, expiry };
  const entry = await registered.node(node);
  if (entry === undefined) throw new RefusedError('unregistered', `The binding is not valid: the registry has no node ${node}.`);
  if (!isAddressEqual(entry.operator, operator)) throw refused(`the operator of node ${node} did not sign it for this network`);
  return { peer, node, role: entry.tier, operator, sequence, expiry };
}

function refused(why: string, cause?: unknown): RefusedError {
  return new RefusedError('bad-binding', `The binding is not valid: ${why}.`, cause);
}
