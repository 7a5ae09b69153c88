/** Which heavy nodes are told of a content and asked for it: the same for everybody who names none. */
import { keccak256, stringToHex } from 'viem';
import { rendezvous } from '../../wire/rendezvous.ts';
import { type HeavySource, heavyUrls } from '../heavies.ts';
import { registeredHeavies } from '../named/chain-facts.ts';

/** They know further ones. */
const ASKED_MAX = 8;

/** Those that the client names; else the first ones in the content's order of all that are registered. */
export async function heaviesFor(source: HeavySource, contentId: string): Promise<string[]> {
  if (source.namedHeavies !== undefined) return (await heavyUrls(source)).slice(0, ASKED_MAX);
  const urls = new Map((await registeredHeavies(source.chain)).map(({ id, endpoint }) => [id, endpoint.replace(/\/$/, '')]));
  return rendezvous(keccak256(stringToHex(contentId)), [...urls.keys()]).slice(0, ASKED_MAX).map((id) => urls.get(id) as string);
}

/** All at once. */
export async function askThem<T>(urls: readonly string[], ask: (url: string) => Promise<T>): Promise<{ answers: T[]; failures: { url: string; error: unknown }[] }> {
  const results = await Promise.allSettled(urls.map(ask));
  return {
    answers: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: results.flatMap((result, i) => (result.status === 'rejected' ? [{ url: urls[i] as string, error: result.reason as unknown }] : [])),
  };
}
