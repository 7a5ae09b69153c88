/** Renting space: match, check, pay, and trust the heavy node with the seal key. */
import type { Hex } from 'viem';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { costOf, openAgreement } from '../chain/open-agreement.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { FEE_BPS_MAX } from '../wire/limits.ts';
import type { MatchReply, MatchRequest } from '../wire/messages.ts';
import type { PlacementPolicy } from '../wire/placement.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { CostAboveLimitError, InsufficientTokensError } from './errors.ts';
import { findMatch } from './find-match.ts';
import type { Distrust } from './find-match.ts';
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
  /** Tightens the protocol's rules of placement; placement-policy.ts makes it out of a file. */
  readonly policy?: PlacementPolicy | undefined;
  /** Have the heavy node tell of every provider why it was refused. */
  readonly explain?: boolean | undefined;
  /** Other heavy nodes whose proposals are compared before one is believed; one when left out. */
  readonly compare?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Quote {
  readonly match: MatchReply;
  readonly heavyUrl: string;
  /** Heavy nodes that were passed over because of what they proposed, or did not. */
  readonly distrusted: readonly Distrust[];
  /** Proposals that were compared. */
  readonly proposals: number;
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
  readonly distrusted: readonly Distrust[];
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
    const { match, cost, perEpoch, distrusted } = await makeQuote(client, options);
    const { maxCost } = options;
    if (maxCost !== undefined && cost > maxCost) throw new CostAboveLimitError({ cost, maxCost });
    const balance = await tokenBalance(chain, client.creator);
    if (balance < cost) throw new InsufficientTokensError({ balance, need: cost });
    // The chain's clock may be behind our estimate, by some epochs where these last seconds; it takes what is due and no more.
    const ceiling = cost + 3n * perEpoch;
    const limit = maxCost === undefined || ceiling < maxCost ? ceiling : maxCost;
    const { terms, offers, refused } = match;
    const { id, paid, transactionHash } = await openAgreement(chain, { terms, offers, maxCost: limit, signal: options.signal });
    await client.state.noteAgreement(id);
    const providers = offers.map(({ provider, price, region, endpoint, reason }, slot) => ({ slot, provider, price, region, endpoint, reason }));
    return { agreement: id, cost: paid, endPeriod: terms.endPeriod, heavy: terms.heavy, providers, refused, distrusted, sealKeySent: await sendSealKey(client, id), transactionHash };
  });
}

async function makeQuote(client: Client, options: RentOptions): Promise<Quote> {
  const { chain, creator } = client;
  const { scheme, batchLog2, quota, periods, priceLimit, exclude, policy, explain, compare, signal, maxFeeBps = FEE_BPS_MAX } = options;
  const request: MatchRequest = {
    creator, ...scheme, batchLog2, quota, periods, priceLimit,
    nonce: await creatorNonce(chain, creator),
    ...(exclude === undefined ? {} : { exclude: [...exclude] }),
    ...(policy === undefined ? {} : { policy }),
    ...(explain === undefined ? {} : { explain }),
  };
  const { match, heavyUrl, distrusted, proposals } = await findMatch(client, { request, maxFeeBps, compare, signal });
  const epoch = await currentEpoch(chain);
  const cost = costOf(chain.clock, { ...match, epoch });
  return { match, heavyUrl, distrusted, proposals, cost, perEpoch: costOf(chain.clock, { ...match, epoch: epoch - 1 }) - cost };
}
