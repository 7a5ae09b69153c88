import { join } from 'node:path';
import type { RestoreResult } from '../codec/restore-node.ts';
import type { NodeClient as Client } from '../client/client.ts';
import { get } from '../client/get.ts';
import { loadState } from './state.ts';
import { Vault } from './vault.ts';

/** From the network where it is stored there, else from the own copy. @throws what `get` throws */
export async function restoreFolder(client: Client, options: { readonly name: string; readonly into: string; readonly home: string; readonly signal?: AbortSignal | undefined }): Promise<RestoreResult & { readonly from: 'network' | 'own copy' }> {
  const { name, into, home, signal } = options;
  const vault = new Vault(join(home, 'reciprocal'));
  const { folders, agreements } = await loadState(client.store);
  const isOnlyHere = !agreements.includes(folders[name]?.agreement ?? 0) && (await vault.newest(name)) !== undefined;
  if (isOnlyHere) return { ...(await vault.restore(name, into)), from: 'own copy' };
  return { ...(await get(client, { name, into, signal })), from: 'network' };
}
