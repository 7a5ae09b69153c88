/** A second key that may store, retire and empty pots on the creator's behalf, and can neither spend nor take tokens. */
import type { Address } from 'viem';
import { setSession } from '../chain/set-session.ts';
import type { Client } from './client.ts';

/** `expiry`: Unix seconds from which on the key may do nothing; 0 seconds of life end it at once. */
export async function setSessionKey(client: Client, options: { readonly key: Address; readonly lifeSeconds: number }): Promise<{ key: Address; expiry: number }> {
  const { key, lifeSeconds } = options;
  const expiry = lifeSeconds === 0 ? 0 : Math.floor(await client.chain.nowSeconds()) + lifeSeconds;
  await setSession(client.chain, { key, expiry });
  return { key, expiry };
}
