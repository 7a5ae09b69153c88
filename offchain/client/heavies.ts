/** The heavy nodes that a creator asks, and asking all of them. */
import { listNodes } from '../chain/list-nodes.ts';
import type { Chain } from '../chain/types.ts';
import type { Client } from './client.ts';

/** What is needed to find them; who has no wallet asks those that the registry or the configuration names. */
export type HeavySource = Pick<Client, 'chain'> & Partial<Pick<Client, 'namedHeavies' | 'findPeers'>>;

/** URLs of the heavy nodes that these peers know. */
export type FindPeers = (addresses: readonly string[]) => Promise<string[]>;

/** What peers said is asked again after this long. */
const FOUND_MS = 300_000;

/**
 * Addresses without a slash at the end: those that the client was given, or all of the registry. Multiaddrs among them (`/ip4/...`) are peers of the network: the heavy
 * nodes that these know are found over libp2p; the registry's where none is found.
 */
export async function heavyUrls(source: HeavySource): Promise<string[]> {
  const named = source.namedHeavies ?? (await registered(source.chain));
  const peers = named.filter((address) => address.startsWith('/'));
  const urls = named.filter((address) => !address.startsWith('/'));
  const { chain, findPeers } = source;
  const found = peers.length === 0 || findPeers === undefined ? [] : await foundOnce({ chain, findPeers }, peers);
  const all = urls.length + found.length === 0 && source.namedHeavies !== undefined ? (await registered(source.chain)).filter((address) => !address.startsWith('/')) : [...urls, ...found];
  return [...new Set(all.map((url) => url.replace(/\/$/, '')))].filter((url) => url !== '');
}

async function registered(chain: Chain): Promise<string[]> {
  return (await listNodes(chain)).filter(({ tier }) => tier === 'heavy').map(({ endpoint }) => endpoint);
}

const searches = new WeakMap<Chain, { readonly peers: string; readonly untilMs: number; readonly urls: Promise<string[]> }>();

/** A search that found nobody, or failed, is not kept. */
function foundOnce({ chain, findPeers }: { readonly chain: Chain; readonly findPeers: FindPeers }, addresses: readonly string[]): Promise<string[]> {
  const peers = addresses.join();
  const known = searches.get(chain);
  if (known?.peers === peers && known.untilMs > performance.now()) return known.urls;
  const urls = findPeers(addresses).catch(() => []);
  const search = { peers, untilMs: performance.now() + FOUND_MS, urls };
  searches.set(chain, search);
  void urls.then((found) => found.length === 0 && searches.get(chain) === search && searches.delete(chain));
  return urls;
}

/** Asks all of them at once. */
export async function askAllHeavies<T>(source: HeavySource, ask: (url: string) => Promise<T>): Promise<{ answers: T[]; failures: { url: string; error: unknown }[] }> {
  const urls = await heavyUrls(source);
  const results = await Promise.allSettled(urls.map(ask));
  const answers: T[] = [];
  const failures: { url: string; error: unknown }[] = [];
  results.forEach((result, i) => {
    if (result.status === 'fulfilled') answers.push(result.value);
    else failures.push({ url: urls[i] as string, error: result.reason });
  });
  return { answers, failures };
}
