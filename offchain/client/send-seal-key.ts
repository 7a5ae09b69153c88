/** The agreement's heavy node gets the seal key: enough to rebuild fragments, worth nothing for reading them. */
import { toHex } from 'viem';
import { z } from 'zod';
import { readNode } from '../chain/read-node.ts';
import { requestJson } from '../wire/http-client.ts';
import type { Client } from './client.ts';

/** True when the heavy node has it. A heavy node that is away is tried again with the next upload. */
export async function sendSealKey(client: Client, agreement: number): Promise<boolean> {
  const known = await client.store.knownAgreement.findUnique({ where: { agreement } });
  if (known?.sealed === true) return true;
  const sealKey = toHex(await client.secrets.sealKey(agreement));
  try {
    const { state } = await client.views.get(agreement);
    const { endpoint } = await readNode(client.chain, state.heavy);
    const { session, signature } = await client.sessions.ticket(agreement);
    const url = `${endpoint.replace(/\/$/, '')}/seals/${agreement}`;
    await requestJson(url, { method: 'PUT', body: { sealKey, expiry: session.expiry, signature }, schema: z.unknown(), timeoutMs: client.policy.idleMs });
  } catch {
    return false;
  }
  await client.store.knownAgreement.upsert({ where: { agreement }, create: { agreement, sealed: true }, update: { sealed: true } });
  return true;
}
