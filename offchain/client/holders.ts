/** Which nodes hold a batch, as the DHT has it: asked through a heavy node's HTTP, so that readers need no libp2p of their own. */
import type { Hex } from 'viem';
import { requestJson } from '../wire/http-client.ts';
import { ContentProviders, batchContentId } from '../wire/content-providers.ts';

/** A heavy node looks for some seconds. */
const LOOKUP_MS = 15_000;
/** Heavy nodes asked, one after the other: any of them reaches the same DHT. */
const HEAVIES_ASKED = 2;

/** The first answer that names anybody. @throws what the last heavy node threw, when none answered */
export async function holdersOf(heavyUrls: readonly string[], batchId: string): Promise<readonly number[]> {
  let failure: unknown;
  for (const url of heavyUrls.slice(0, HEAVIES_ASKED)) {
    try {
      const { providers } = await requestJson(`${url}/contents/${batchContentId(batchId as Hex)}/providers`, { schema: ContentProviders, timeoutMs: LOOKUP_MS });
      if (providers.length > 0) return providers.map(({ node }) => node);
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return [];
}
