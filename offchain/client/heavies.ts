/** The heavy nodes that a creator asks, and asking them in turn. */
import { listNodes } from '../chain/list-nodes.ts';
import { RemoteError } from '../wire/transport-errors.ts';
import type { Client } from './client.ts';
import { NoHeavyAnsweredError } from './errors.ts';

/** Addresses without a slash at the end: those that the client was given, or all of the registry. */
export async function heavyUrls(client: Client): Promise<string[]> {
  const named = client.namedHeavies ?? (await listNodes(client.chain)).filter(({ tier }) => tier === 'heavy').map(({ endpoint }) => endpoint);
  return [...new Set(named.map((url) => url.replace(/\/$/, '')))].filter((url) => url !== '');
}

/**
 * The first answer. A heavy node that is away is passed over; one that answers with a refusal has decided.
 * @throws RemoteError as the node gave it, or NoHeavyAnsweredError
 */
export async function askHeavy<T>(client: Client, what: string, ask: (url: string) => Promise<T>): Promise<T> {
  const failures: { url: string; error: unknown }[] = [];
  for (const url of await heavyUrls(client)) {
    try {
      return await ask(url);
    } catch (error) {
      // The whole network only repairs: no other node would say anything else.
      if (error instanceof RemoteError && (error.remoteStatus < 500 || error.code === 'REPAIR_ONLY')) throw error;
      failures.push({ url, error });
    }
  }
  const [only] = failures;
  // A single node's own words say more than a summary.
  if (failures.length === 1 && only?.error instanceof RemoteError) throw only.error;
  throw new NoHeavyAnsweredError(what, failures);
}

/** Asks all of them at once. */
export async function askAllHeavies<T>(client: Client, ask: (url: string) => Promise<T>): Promise<{ answers: T[]; failures: { url: string; error: unknown }[] }> {
  const urls = await heavyUrls(client);
  const results = await Promise.allSettled(urls.map(ask));
  const answers: T[] = [];
  const failures: { url: string; error: unknown }[] = [];
  results.forEach((result, i) => {
    if (result.status === 'fulfilled') answers.push(result.value);
    else failures.push({ url: urls[i] as string, error: result.reason });
  });
  return { answers, failures };
}
