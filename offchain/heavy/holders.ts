/** Who holds a content, from the DHT, for readers that do not speak libp2p: answers are kept for a while, and lookups bounded. */
import { CID } from 'multiformats/cid';
import { CONTENT_PROVIDERS_MAX } from '../wire/content-providers.ts';
import type { ContentProviders } from '../wire/content-providers.ts';
import { BadRequestError, NotFoundError } from '../wire/http-errors.ts';
import { createAdmission } from './admission.ts';
import type { HeavyContext } from './context.ts';
import { HOLDERS_KEPT, HOLDERS_KEPT_MS, HOLDERS_MISSED_MS, LOOKUPS_AT_ONCE } from './limits.ts';

export interface Holders {
  /** @throws BadRequestError, NotFoundError PEER_OFF, UnavailableError BUSY */
  of(contentId: string): Promise<ContentProviders>;
}

export function createHolders(context: Pick<HeavyContext, 'graph' | 'directory'>, now: () => number = Date.now): Holders {
  const admission = createAdmission(LOOKUPS_AT_ONCE);
  const kept = new Map<string, { readonly answer: Promise<readonly number[]>; untilMs: number }>();

  /** The DHT may name the same node by several peers, and peers of nobody. */
  const look = async (contentId: string): Promise<readonly number[]> => {
    const found = (await context.graph.contents?.find(contentId)) ?? [];
    return [...new Set(found.flatMap(({ node = 0 }) => (node === 0 ? [] : [node])))];
  };
  const lookOnce = (contentId: string): Promise<readonly number[]> => {
    const known = kept.get(contentId);
    if (known !== undefined && known.untilMs > now()) return known.answer;
    const answer = admission(() => look(contentId));
    kept.delete(contentId);
    const entry = { answer, untilMs: now() + HOLDERS_KEPT_MS };
    kept.set(contentId, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= HOLDERS_KEPT) break;
      kept.delete(oldest);
    }
    answer.then((nodes) => nodes.length === 0 && (entry.untilMs = now() + HOLDERS_MISSED_MS), () => kept.delete(contentId));
    return answer;
  };

  return {
    async of(contentId) {
      if (context.graph.contents === undefined) throw new NotFoundError('This heavy node has no peer, so it cannot ask who holds a content.', { code: 'PEER_OFF', nextStep: 'Ask another heavy node.' });
      const nodes = new Map((await context.directory.all()).map((node) => [node.id, node]));
      const providers = (await lookOnce(normal(contentId))).flatMap((id) => {
        const node = nodes.get(id);
        return node === undefined || node.endpoint === '' ? [] : [{ node: id, endpoint: node.endpoint }];
      });
      return { providers: providers.slice(0, CONTENT_PROVIDERS_MAX) };
    },
  };
}

/** One spelling of each, so that others do not fill the memory. */
function normal(contentId: string): string {
  try {
    return CID.parse(contentId).toV1().toString();
  } catch (cause) {
    throw new BadRequestError('This is no ContentID.', { cause, nextStep: 'Send a CID, as `holdfast put` shows it.' });
  }
}
