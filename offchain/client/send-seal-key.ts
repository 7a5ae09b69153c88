/** The agreement's heavy node and its guardians get the seal key: enough to rebuild fragments, worth nothing for reading them. */
import { toHex } from 'viem';
import { z } from 'zod';
import { guardiansOf } from '../chain/guardians.ts';
import { listNodes } from '../chain/list-nodes.ts';
import { requestJson } from '../wire/http-client.ts';
import type { Client } from './client.ts';

/** True when the agreement's heavy node has it. Whoever of them is away is tried again with the next upload. */
export async function sendSealKey(client: Client, agreement: number): Promise<boolean> {
  const known = await client.state.agreement(agreement);
  if (known?.sealed === true) return true;
  const sealKey = toHex(await client.secrets.sealKey(agreement));
  try {
    const { state } = await client.views.get(agreement);
    const heavies = (await listNodes(client.chain)).filter(({ tier, endpoint }) => tier === 'heavy' && endpoint !== '');
    const wanted = [state.heavy, ...guardiansOf(state, heavies.map(({ id }) => id))];
    const { session, signature } = await client.sessions.ticket(agreement);
    const body = { sealKey, expiry: session.expiry, signature };
    const sent = await Promise.allSettled(wanted.map((id) => {
      const endpoint = heavies.find((heavy) => heavy.id === id)?.endpoint ?? '';
      return requestJson(`${endpoint.replace(/\/$/, '')}/seals/${agreement}`, { method: 'PUT', body, schema: z.unknown(), timeoutMs: client.policy.idleMs });
    }));
    const isSealed = sent.every(({ status }) => status === 'fulfilled');
    if (isSealed) await client.state.noteSealed(agreement);
    return sent[0]?.status === 'fulfilled';
  } catch {
    return false;
  }
}
