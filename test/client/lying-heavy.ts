import { createApp, errorMiddleware, jsonBody, startServer } from '../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../offchain/wire/http-server.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { ConflictError } from '../../offchain/wire/http-errors.ts';
import { MatchReply, MatchRequest } from '../../offchain/wire/messages.ts';
import type { MatchedOffer } from '../../offchain/wire/messages.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import type { Terms } from '../../offchain/wire/typed-data.ts';
import type { Chain } from '../../offchain/chain/types.ts';

/** censor: finds nothing. sybils: its own nodes, all of one owner. dead: providers of its own that are not there. dear: its own nodes at three times the price. elsewhere: honest offers with its own addresses. */
export type Lie = 'none' | 'censor' | 'sybils' | 'dead' | 'dear' | 'elsewhere';

export interface Own {
  readonly id: number;
  readonly chain: Chain;
  readonly region: number;
  readonly endpoint: string;
}

/** A heavy node that holds the keys of providers of its own and lies with them; what else it knows it has from an honest one. */
export interface LyingHeavy extends RunningServer {
  lie: Lie;
  honestUrl: string;
  id: number;
  /** By lie: whose offers it signs itself. */
  readonly own: Map<Lie, readonly Own[]>;
  asked: number;
}

export async function startLyingHeavy(): Promise<LyingHeavy> {
  const state: Omit<LyingHeavy, keyof RunningServer> = { lie: 'none', honestUrl: '', id: 0, own: new Map(), asked: 0 };
  const app = createApp();
  app.post('/match', jsonBody(), async (request, response) => {
    state.asked++;
    const wanted = MatchRequest.parse(request.body);
    if (state.lie === 'censor') throw new ConflictError('16 providers are needed and 0 of 0 fit.', { code: 'TOO_FEW_PROVIDERS', details: { wanted: wanted.k + wanted.m, found: 0, asked: 0, refused: [] } });
    const honest = await requestJson(`${state.honestUrl}/match`, { method: 'POST', body: wanted, schema: MatchReply });
    const terms: Terms = { ...honest.terms, heavy: state.id };
    response.json({ ...honest, terms, offers: await offersFor(state, terms, honest, wanted) });
  });
  app.use(errorMiddleware());
  return Object.assign(state, await startServer(app));
}

async function offersFor(state: Pick<LyingHeavy, 'lie' | 'own'>, terms: Terms, honest: MatchReply, wanted: MatchRequest): Promise<MatchedOffer[]> {
  // The honest offers are for the honest node's terms: their signatures do not fit this node's.
  if (state.lie === 'elsewhere' || state.lie === 'none') return honest.offers.map((offer) => ({ ...offer, endpoint: 'http://127.0.0.1:9' }));
  const own = (state.own.get(state.lie) ?? []).filter(({ id }) => wanted.exclude?.includes(id) !== true).slice(0, terms.k + terms.m);
  const least = honest.offers[0]?.price ?? 0n;
  const price = state.lie === 'dear' ? least * 3n : least;
  return Promise.all(own.map(async ({ id, chain, region, endpoint }): Promise<MatchedOffer> => {
    const expiry = Math.floor(await chain.nowSeconds()) + 300;
    const signature = await signTyped(chain.account!, chain.domain, 'Offer', { terms, provider: id, price, expiry });
    return { provider: id, price, expiry, signature, endpoint, region, reason: 'trust me' };
  }));
}
