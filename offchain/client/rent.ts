/** Renting space: match, check, pay, and trust the heavy node with the seal key. */
import type { Hex } from 'viem';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { periodOf } from '../chain/epoch.ts';
import { costOf, openAgreement } from '../chain/open-agreement.ts';
import { readNode } from '../chain/read-node.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { signPermit } from '../chain/sign-permit.ts';
import { requestJson } from '../wire/http-client.ts';
import { FEE_BPS_MAX } from '../wire/limits.ts';
import { MatchReply, MatchRequest } from '../wire/messages.ts';
import { RemoteError } from '../wire/transport-errors.ts';
import { abortable } from './aborting.ts';
import { checkMatch } from './check-match.ts';
import type { Client } from './client.ts';
import { CostAboveLimitError, InsufficientTokensError, PriceAboveLimitError, TooFewProvidersError } from './errors.ts';
import { askHeavy } from './heavies.ts';
import { sendSealKey } from './send-seal-key.ts';

export interface RentOptions {
  readonly scheme: { readonly k: number; readonly m: number };
  /** Batches have 2^batchLog2 bytes: 16 to 28. */
  readonly batchLog2: number;
  /** Batches of space. */
  readonly quota: number;
  /** Whole periods; the rest of the running one comes on top. */
  readonly periods: number;
  /** Token units per batch and epoch that no single offer may exceed. */
  readonly priceLimit: bigint;
  /** Token units for the whole term, of all providers together. */
  readonly maxCost?: bigint | undefined;
  /** Hundredths of a percent of the rent that the heavy node may take. */
  readonly maxFeeBps?: number | undefined;
  /** Providers that must not get a slot. */
  readonly exclude?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Quote {
  readonly match: MatchReply;
  /** Token units for the whole term, exact for the current epoch; later it is less. */
  readonly cost: bigint;
  /** Token units for one epoch of all slots. */
  readonly perEpoch: bigint;
}

export interface Rented {
  readonly agreement: number;
  /** Token units that were paid. */
  readonly cost: bigint;
  readonly endPeriod: number;
  readonly heavy: number;
  /** In slot order. `reason`: why the heavy node chose it. */
  readonly providers: readonly { readonly slot: number; readonly provider: number; readonly price: bigint; readonly region: number; readonly endpoint: string; readonly reason: string }[];
  readonly refused: MatchReply['refused'];
  /** False: the heavy node cannot repair yet; the next upload gives it the key. */
  readonly sealKeySent: boolean;
  readonly transactionHash: Hex;
}

/** Offers from providers and what they would cost, checked; nothing is signed or paid. */
export function quote(client: Client, options: RentOptions): Promise<Quote> {
  return abortable('The quote', options.signal, () => makeQuote(client, options));
}

/**
 * @throws TooFewProvidersError, PriceAboveLimitError, CostAboveLimitError, InsufficientTokensError, BadMatchError,
 * NoHeavyAnsweredError, ContractRevertError, RpcUnavailableError
 */
export function rent(client: Client, options: RentOptions): Promise<Rented> {
  return abortable('Renting', options.signal, async () => {
    const { chain } = client;
    const { match, cost, perEpoch } = await makeQuote(client, options);
    const { maxCost } = options;
    if (maxCost !== undefined && cost > maxCost) throw new CostAboveLimitError({ cost, maxCost });
    const balance = await tokenBalance(chain, client.creator);
    if (balance < cost) throw new InsufficientTokensError({ balance, need: cost });
    const deadline = Math.floor(await chain.nowSeconds()) + PERMIT_SECONDS;
    // The chain's clock may be an epoch behind our estimate; it takes what is due and no more.
    const ceiling = cost + perEpoch;
    const limit = maxCost === undefined || ceiling < maxCost ? ceiling : maxCost;
    const permit = await signPermit(chain, { value: limit, deadline });
    options.signal?.throwIfAborted();
    const { terms, offers, refused } = match;
    const { id, paid, transactionHash } = await openAgreement(chain, { terms, offers, maxCost: limit, permit });
    await client.store.knownAgreement.create({ data: { agreement: id } });
    const providers = offers.map(({ provider, price, region, endpoint, reason }, slot) => ({ slot, provider, price, region, endpoint, reason }));
    return { agreement: id, cost: paid, endPeriod: terms.endPeriod, heavy: terms.heavy, providers, refused, sealKeySent: await sendSealKey(client, id), transactionHash };
  });
}

const PERMIT_SECONDS = 600;

async function makeQuote(client: Client, options: RentOptions): Promise<Quote> {
  const { chain, creator } = client;
  const { scheme, batchLog2, quota, periods, priceLimit, exclude, signal, maxFeeBps = FEE_BPS_MAX } = options;
  const request: MatchRequest = {
    creator, ...scheme, batchLog2, quota, periods, priceLimit,
    nonce: await creatorNonce(chain, creator),
    ...(exclude === undefined ? {} : { exclude: [...exclude] }),
  };
  const match = await askHeavy(client, 'a match', (url) => requestJson(`${url}/match`, { method: 'POST', body: request, schema: MatchReply, signal })).catch(rename);
  const epoch = await currentEpoch(chain);
  const ids = [...new Set([match.terms.heavy, ...match.offers.map(({ provider }) => provider)])];
  const nodes = new Map(await Promise.all(ids.map(async (id) => [id, await readNode(chain, id)] as const)));
  await checkMatch(match, {
    domain: chain.domain, request, maxFeeBps, nodes,
    nowSeconds: Math.floor(await chain.nowSeconds()),
    period: periodOf(chain.clock, epoch),
  });
  const cost = costOf(chain.clock, { ...match, epoch });
  return { match, cost, perEpoch: costOf(chain.clock, { ...match, epoch: epoch - 1 }) - cost };
}

/** The two refusals that a caller wants to tell apart by class. */
function rename(error: unknown): never {
  if (error instanceof RemoteError && error.code === 'TOO_FEW_PROVIDERS') throw new TooFewProvidersError(error.shortMessage, error.details);
  if (error instanceof RemoteError && error.code === 'PRICE_ABOVE_LIMIT') throw new PriceAboveLimitError(error.shortMessage, error.details);
  throw error;
}
