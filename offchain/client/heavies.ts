/** The heavy nodes that a creator asks, and asking all of them. */
import { listNodes } from '../chain/list-nodes.ts';
import type { Client } from './client.ts';

/** Addresses without a slash at the end: those that the client was given, or all of the registry. */
export async function heavyUrls(client: Client): Promise<string[]> {
  const named = client.namedHeavies ?? (await listNodes(client.chain)).filter(({ tier }) => tier === 'heavy').map(({ endpoint }) => endpoint);
  return [...new Set(named.map((url) => url.replace(/\/$/, '')))].filter((url) => url !== '');
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
