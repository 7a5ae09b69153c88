/**
 * A match that no single heavy node decides alone: each proposal is checked line by line, its providers are asked whether they are there, and it is
 * compared with another heavy node's. Who lies, is much dearer, or finds nothing where others find, is passed over.
 */
import { DEV_CHAIN_ID } from '../chain/dev-accounts.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { periodOf } from '../chain/epoch.ts';
import { readNode } from '../chain/read-node.ts';
import { requestJson } from '../wire/http-client.ts';
import { MatchReply, ProviderStatus } from '../wire/messages.ts';
import type { MatchRequest } from '../wire/messages.ts';
import { AbortedError, RemoteError } from '../wire/transport-errors.ts';
import { isRelayUrl } from '../wire/relay-url.ts';
import { checkMatch } from './check-match.ts';
import type { Client } from './client.ts';
import { BadMatchError, NoHeavyAnsweredError, PriceAboveLimitError, TooFewProvidersError, messageOf } from './errors.ts';
import { heavyUrls } from './heavies.ts';
import { resolveHosts } from './resolve-hosts.ts';

export interface Distrust {
  readonly url: string;
  readonly why: string;
}

export interface FoundMatch {
  readonly match: MatchReply;
  readonly heavyUrl: string;
  /** Heavy nodes that were passed over for what they said. */
  readonly distrusted: readonly Distrust[];
  /** Proposals that were compared, this one included. */
  readonly proposals: number;
}

export interface FindOptions {
  readonly request: MatchRequest;
  readonly maxFeeBps: number;
  /** Other heavy nodes whose proposals are compared. */
  readonly compare?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Heavy nodes asked at most. */
const HEAVIES_MAX = 8;
/** Another proposal has to be so much cheaper to count as a sign of a lie: providers' offers and their order vary a little. */
const DEARER_PERCENT = 5n;
/** A chosen provider has this long to say that it is there. */
const PROBE_MS = 3_000;
const EXPLAINED_BYTES = 4 * 1024 * 1024;
/** Codes of refusals that are about providers, not about the request: another heavy node may know better. */
const MAY_DIFFER = new Set(['TOO_FEW_PROVIDERS', 'PRICE_ABOVE_LIMIT', 'NOT_FOUND', 'FORBIDDEN']);

interface Proposal {
  readonly url: string;
  readonly match: MatchReply;
}

/** @throws TooFewProvidersError, PriceAboveLimitError, BadMatchError, NoHeavyAnsweredError, RemoteError */
export async function findMatch(client: Client, options: FindOptions): Promise<FoundMatch> {
  const { compare = 1 } = options;
  const good: Proposal[] = [];
  const distrusted: Distrust[] = [];
  const refusals: { url: string; error: RemoteError }[] = [];
  const failures: { url: string; error: unknown }[] = [];
  let lie: BadMatchError | PriceAboveLimitError | undefined;

  for (const url of (await heavyUrls(client)).slice(0, HEAVIES_MAX)) {
    if (good.length > compare) break;
    try {
      good.push({ url, match: await proposal(client, url, options) });
    } catch (error) {
      if (error instanceof AbortedError || options.signal?.aborted === true) throw error;
      if (error instanceof BadMatchError || error instanceof PriceAboveLimitError) {
        lie ??= error;
        distrusted.push({ url, why: messageOf(error) });
      } else if (error instanceof RemoteError && error.remoteStatus < 500 && MAY_DIFFER.has(error.code)) refusals.push({ url, error });
      else if (error instanceof RemoteError && (error.remoteStatus < 500 || error.code === 'REPAIR_ONLY')) throw error;
      else failures.push({ url, error });
    }
  }
  if (good.length === 0) throw nothing({ refusals, failures, lie });
  const { chosen, dearer } = cheapest(good);
  const found = `heavy node ${chosen.match.terms.heavy} found ${chosen.match.offers.length} providers`;
  const censors = refusals.map(({ url, error }) => ({ url, why: `it found nothing (${messageOf(error)}) where ${found}` }));
  return { match: chosen.match, heavyUrl: chosen.url, distrusted: [...distrusted, ...dearer, ...censors], proposals: good.length };
}

/** A checked proposal whose providers all answer. One whose providers are away is asked for once more without these: they may have just gone. */
async function proposal(client: Client, url: string, options: FindOptions): Promise<MatchReply> {
  const first = await ask(client, url, options.request, options);
  const away = await silent(first, options.signal);
  if (away.length === 0) return first;
  const request = { ...options.request, exclude: [...(options.request.exclude ?? []), ...away] };
  const second = await ask(client, url, request, options).catch((error: unknown) => {
    if (!(error instanceof BadMatchError)) throw error;
    throw new BadMatchError(`providers ${away.join(', ')}, which it proposed, do not answer, and of its next proposal ${messageOf(error)}`, { away });
  });
  const stillAway = await silent(second, options.signal);
  if (stillAway.length === 0) return second;
  throw new BadMatchError(`providers ${[...away, ...stillAway].join(', ')}, which it proposed, do not answer`, { away: [...away, ...stillAway] });
}

async function ask(client: Client, url: string, request: MatchRequest, { maxFeeBps, signal }: FindOptions): Promise<MatchReply> {
  const { chain } = client;
  const match = await requestJson(`${url}/match`, { method: 'POST', body: request, schema: MatchReply, maxBytes: EXPLAINED_BYTES, signal });
  const ids = [...new Set([match.terms.heavy, ...match.offers.map(({ provider }) => provider)])];
  const unknown = (id: number) => (): never => {
    throw new BadMatchError(`node ${id} is not in the registry`);
  };
  const nodes = new Map(await Promise.all(ids.map(async (id) => [id, await readNode(chain, id).catch(unknown(id))] as const)));
  const providers = [...nodes.values()].filter(({ tier }) => tier !== 'heavy');
  // A relayed provider's address is its relay's, which says nothing about where it is itself.
  const parents = await Promise.all([...new Set(providers.map(({ parent }) => parent))].map((id) => readNode(chain, id).catch(() => undefined)));
  const heavies = [nodes.get(match.terms.heavy), ...parents].flatMap((node) => (node?.tier === 'heavy' ? [node.endpoint] : []));
  await checkMatch(match, {
    domain: chain.domain, request, maxFeeBps, nodes,
    addresses: await resolveHosts(providers.filter((node) => !isRelayUrl(node, heavies))),
    exemptLoopback: chain.deployment.chainId === DEV_CHAIN_ID,
    nowSeconds: Math.floor(await chain.nowSeconds()),
    period: periodOf(chain.clock, await currentEpoch(chain)),
  });
  return match;
}

/** Providers of the proposal at whose registered address nobody, or somebody else, answers. */
async function silent(match: MatchReply, signal: AbortSignal | undefined): Promise<number[]> {
  const probed = await Promise.all(match.offers.map(async ({ provider, endpoint }) => {
    const status = await requestJson(`${endpoint}/status`, { schema: ProviderStatus, timeoutMs: PROBE_MS, signal }).catch(() => undefined);
    return status?.id === provider ? [] : [provider];
  }));
  signal?.throwIfAborted();
  return probed.flat();
}

/** The first, unless another one is cheaper by more than chance explains. */
function cheapest(proposals: readonly Proposal[]): { chosen: Proposal; dearer: Distrust[] } {
  const [first] = proposals as [Proposal];
  const least = proposals.reduce((a, b) => (priceOf(b) < priceOf(a) ? b : a));
  if (priceOf(first) * 100n <= priceOf(least) * (100n + DEARER_PERCENT)) return { chosen: first, dearer: [] };
  const percent = Number((priceOf(first) * 1_000n) / priceOf(least) - 1_000n) / 10;
  return { chosen: least, dearer: [{ url: first.url, why: `its proposal costs ${percent} % more than that of heavy node ${least.match.terms.heavy}` }] };
}

function priceOf({ match }: Proposal): bigint {
  return match.offers.reduce((sum, { price }) => sum + price, 0n);
}

function nothing(told: { refusals: readonly { url: string; error: RemoteError }[]; failures: readonly { url: string; error: unknown }[]; lie: Error | undefined }): Error {
  const { refusals, failures, lie } = told;
  const best = [...refusals].sort((a, b) => worth(b.error) - worth(a.error))[0]?.error;
  if (best?.code === 'TOO_FEW_PROVIDERS') return new TooFewProvidersError(best.shortMessage, best.details);
  if (best?.code === 'PRICE_ABOVE_LIMIT') return new PriceAboveLimitError(best.shortMessage, best.details);
  if (lie !== undefined) return lie;
  if (best !== undefined) return best;
  const [only] = failures;
  // A single node's own words say more than a summary.
  return failures.length === 1 && only?.error instanceof RemoteError ? only.error : new NoHeavyAnsweredError('a match', failures);
}

/** The refusal that says most: enough providers at a higher price, then the most providers. */
function worth({ code, details }: RemoteError): number {
  if (code === 'PRICE_ABOVE_LIMIT') return 1_000;
  return code === 'TOO_FEW_PROVIDERS' && typeof details['found'] === 'number' ? 1 + details['found'] : 0;
}
