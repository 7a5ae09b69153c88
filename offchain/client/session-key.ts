/** A second key that may store, retire and empty pots on the creator's behalf, and can neither spend nor take tokens. */
import type { Address } from 'viem';
import { setSession } from '../chain/set-session.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

/** `expiry`: Unix seconds from which on the key may do nothing; 0 seconds of life end it at once. */
export function setSessionKey(client: Client, options: { readonly key: Address; readonly lifeSeconds: number; readonly signal?: AbortSignal | undefined }): Promise<{ key: Address; expiry: number }> {
  const { key, lifeSeconds, signal } = options;
  return cancellable(client, { what: 'Naming a second key', signal }, async ({ chain }) => {
    const expiry = lifeSeconds === 0 ? 0 : Math.floor(await chain.nowSeconds()) + lifeSeconds;
    await setSession(chain, { key, expiry });
    return { key, expiry };
  });
}
