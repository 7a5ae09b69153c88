/** The public names that an address has published. */
import type { Address } from 'viem';
import { OwnedNames } from '../../wire/named-messages.ts';
import { requestJson } from '../../wire/http-client.ts';
import { abortable } from '../aborting.ts';
import { registeredHeavies } from './chain-facts.ts';
import type { PublicReader } from './public-reader.ts';


const PAGES_MAX = 64;
const TIMEOUT_MS = 10_000;

/**
 * Asks all heavy nodes, for names are spread over them. A hint: whoever needs to know resolves the name.
 * @throws RpcUnavailableError, AbortedError
 */
export function listOwnNames(reader: PublicReader, options: { readonly owner: Address; readonly signal?: AbortSignal | undefined }): Promise<{ readonly names: readonly string[]; readonly silent: readonly number[] }> {
  const { owner, signal } = options;
  return abortable(`Listing the names of ${owner}`, signal, async () => {
    const heavies = await registeredHeavies(reader.chain);
    const lists = await Promise.allSettled(heavies.map(({ endpoint }) => namesAt(endpoint.replace(/\/$/, ''), owner, signal)));
    const names = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
    const silent = heavies.filter((_, i) => lists[i]?.status === 'rejected').map(({ id }) => id);
    return { names: [...new Set(names)].sort(), silent };
  });
}

async function namesAt(url: string, owner: Address, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  let after: string | null = '';
  for (let page = 0; page < PAGES_MAX && after !== null; page++) {
    const reply: OwnedNames = await requestJson(`${url}/records?owner=${owner}&after=${after}`, { schema: OwnedNames, timeoutMs: TIMEOUT_MS, signal });
    names.push(...reply.names);
    after = reply.next;
  }
  return names;
}
