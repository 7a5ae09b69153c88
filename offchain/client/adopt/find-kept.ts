/** Who keeps a content already, as heavy nodes say: nothing of it is believed here. */
import { requestJson } from '../../wire/http-client.ts';
import { KEPT_LOCATION_BYTES, KEPT_PLACES_MAX, KeptPlaces } from '../../wire/kept-content.ts';
import type { PublicLocation } from '../../wire/named.ts';
import { abortable } from '../aborting.ts';
import type { HeavySource } from '../heavies.ts';
import { askThem, heaviesFor } from './ask-heavies.ts';

export interface KeptPlace {
  readonly location: PublicLocation;
  /** As the heavy node says. */
  readonly endPeriod: number;
}

const TIMEOUT_MS = 10_000;
/** Places that are looked at, from all heavy nodes together. */
const PLACES_MAX = 16;

/** Everything that is said, the places that are paid for longest first. Heavy nodes that do not answer say nothing. @throws RpcUnavailableError, AbortedError */
export function findKept(source: HeavySource, options: { readonly contentId: string; readonly signal?: AbortSignal | undefined }): Promise<KeptPlace[]> {
  const { contentId, signal } = options;
  return abortable(`Asking who keeps ${contentId}`, signal, async () => {
    const { answers } = await askThem(await heaviesFor(source, contentId), (url) =>
      requestJson(`${url}/contents/${encodeURIComponent(contentId)}`, { schema: KeptPlaces, maxBytes: 2 * KEPT_PLACES_MAX * KEPT_LOCATION_BYTES, timeoutMs: TIMEOUT_MS, signal }));
    // A liar may name the agreement of somebody honest: both are kept, told apart by what they say.
    const places = new Map<string, KeptPlace>();
    for (const place of answers.flatMap((answer) => answer.places)) {
      if (place.location.contentId === contentId) places.set(JSON.stringify(place.location), place);
    }
    return [...places.values()].sort((a, b) => b.endPeriod - a.endPeriod).slice(0, PLACES_MAX);
  });
}
