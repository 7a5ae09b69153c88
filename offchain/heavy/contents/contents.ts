/** The register of public contents that somebody keeps: who looks for one is told where it is said to lie. */
import { readPoolShare } from '../../chain/commons.ts';
import { type Standing, standingOf } from '../../chain/location-standing.ts';
import { claimedSigner, verifySessionHeader } from '../../wire/session.ts';
import { HttpError, UnavailableError, BadRequestError } from '../../wire/http-errors.ts';
import { requestJson } from '../../wire/http-client.ts';
import { KEPT_LOCATION_BYTES, KEPT_PLACES_MAX, KeptPlaces, type KeptReply } from '../../wire/kept-content.ts';
import type { PublicLocation } from '../../wire/named.ts';
import type { HeavyContext } from '../context.ts';
import { createTurns } from '../turns.ts';
import { CONTENTS_PER_AGREEMENT, PEERS_ASKED, PEER_TIMEOUT_MS, ROWS_PER_ROUND, WALK_PAUSE_MS } from './limits.ts';
import { type KeptRow, bytesOfRows, countRows, dropRow, rowsAfter, rowsOf, writeRow } from './rows.ts';

export interface ContentRegister {
  /**
   * From the creator of the agreement that holds it, or from somebody who pays for it.
   * @throws BadRequestError, ConflictError, NotFoundError, UnauthorizedError, ForbiddenError, UnavailableError REGISTER_FULL
   */
  put(contentId: string, location: PublicLocation, authorization: string | undefined): Promise<KeptReply>;
  /** `isLocal`: without asking others. Empty: nobody is known to keep it. */
  get(contentId: string, options: { readonly isLocal: boolean }): Promise<KeptPlaces>;
  /** Forgets what has ended, and tells the network of the rest. */
  tick(): Promise<void>;
}

const FIRST = { contentId: '', agreement: 0 };

export function createContentRegister(context: HeavyContext, now: () => number = Date.now): ContentRegister {
  const { chain, store, settings, log } = context;
  const inTurn = createTurns();
  const told = new Set<string>();
  let walked: Pick<KeptRow, 'contentId' | 'agreement'> = FIRST;
  let restsUntilMs = 0;

  const tell = (contentId: string): void => {
    const { contents } = context.graph;
    if (contents === undefined || told.has(contentId)) return;
    told.add(contentId);
    contents.provide(contentId).catch(() => told.delete(contentId));
  };

  const forget = async (row: Pick<KeptRow, 'contentId' | 'agreement'>): Promise<void> => {
    await dropRow(store, row);
    log.info('contents.forgotten', { contentId: row.contentId, agreement: row.agreement });
    if ((await rowsOf(store, row.contentId)).length > 0 || !told.delete(row.contentId)) return;
    await context.graph.contents?.withdraw(row.contentId).catch(() => undefined);
  };

  /** Undefined for what the chain does not bear out (any more). */
  const standing = async (location: PublicLocation): Promise<Standing | undefined> => {
    try {
      return await standingOf(chain, location);
    } catch (error) {
      if (error instanceof HttpError) return undefined;
      throw error;
    }
  };

  const confirmed = async (locations: readonly PublicLocation[]): Promise<KeptPlaces> => {
    const places = await Promise.all(locations.map(async (location) => ({ location, standing: await standing(location) })));
    const known = places.flatMap(({ location, standing: found }) => (found === undefined ? [] : [{ endPeriod: found.endPeriod, location }]));
    return { places: known.sort((a, b) => b.endPeriod - a.endPeriod).slice(0, KEPT_PLACES_MAX) };
  };

  /** Those that the DHT names; the neighbours where there is none. */
  const peersFor = async (contentId: string): Promise<string[]> => {
    const all = (await context.directory.all()).filter((node) => node.tier === 'heavy' && node.id !== context.id && node.endpoint !== '');
    const found = ((await context.graph.contents?.find(contentId).catch(() => [])) ?? []).flatMap(({ node }) => node ?? []);
    const near = context.graph.neighbours() ?? settings.neighbours ?? all.map(({ id }) => id);
    const order = [...new Set([...found, ...near])].filter((id) => id !== context.id).slice(0, PEERS_ASKED);
    return order.flatMap((id) => all.find((node) => node.id === id)?.endpoint.replace(/\/$/, '') ?? []);
  };

  const askPeers = async (contentId: string): Promise<PublicLocation[]> => {
    const answers = await Promise.allSettled((await peersFor(contentId)).map((url) =>
      requestJson(`${url}/contents/${contentId}?local=1`, { schema: KeptPlaces, maxBytes: 2 * KEPT_PLACES_MAX * KEPT_LOCATION_BYTES, timeoutMs: PEER_TIMEOUT_MS, signal: context.signal })));
    const places = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.places : []));
    const byAgreement = new Map(places.filter(({ location }) => location.contentId === contentId).map(({ location }) => [location.manifest.agreement, location]));
    return [...byAgreement.values()].slice(0, 2 * KEPT_PLACES_MAX);
  };

  return {
    async put(contentId, location, authorization) {
      if (location.contentId !== contentId) throw new BadRequestError(`The location is of ${location.contentId}.`, { code: 'WRONG_CONTENT' });
      const { agreement } = location.manifest;
      const { creator, endPeriod } = await standingOf(chain, location);
      const claimed = claimedSigner(authorization);
      const pays = claimed !== undefined && chain.deployment.commons !== undefined && (await readPoolShare(chain, { agreement, member: claimed })).worth > 0n;
      await verifySessionHeader(authorization, { domain: chain.domain, agreement, allowed: pays ? [creator, claimed] : [creator], nowSeconds: await chain.nowSeconds() });
      await inTurn(async () => {
        const isKnown = (await rowsOf(store, contentId)).some((row) => row.agreement === agreement);
        const { maxContents, maxBytes } = settings.contents;
        const isFull = !isKnown && ((await countRows(store)) >= maxContents || (await countRows(store, { agreement })) >= CONTENTS_PER_AGREEMENT || (await bytesOfRows(store)) >= maxBytes);
        if (isFull) throw new UnavailableError('This heavy node registers no further contents.', { code: 'REGISTER_FULL', nextStep: 'Announce it at another heavy node.' });
        await writeRow(store, location, endPeriod);
      });
      tell(contentId);
      return { contentId, endPeriod };
    },

    async get(contentId, { isLocal }) {
      const own = await confirmed((await rowsOf(store, contentId)).map(({ location }) => location));
      if (own.places.length > 0 || isLocal) return own;
      return confirmed(await askPeers(contentId));
    },

    async tick() {
      if (now() < restsUntilMs) return;
      const rows = await rowsAfter(store, walked, ROWS_PER_ROUND);
      for (const row of rows) {
        context.signal.throwIfAborted();
        if ((await standing(row.location)) === undefined) await forget(row);
        else tell(row.contentId);
      }
      const isDone = rows.length < ROWS_PER_ROUND;
      walked = isDone ? FIRST : (rows.at(-1) as KeptRow);
      if (isDone) restsUntilMs = now() + WALK_PAUSE_MS;
    },
  };
}
