import { z } from 'zod';
import { BATCHES_PER_BUNDLE_MAX, BATCH_LOG2_MAX, BATCH_LOG2_MIN, DAMAGED_MAX, ENDPOINT_CHARACTERS, FEE_BPS_MAX, HOPS_MAX, NAME_VALUE_BYTES, NODE_LIST_MAX, PERIODS_MAX, SLOTS_MAX } from './limits.ts';
import { address, amount, bytes, hash, id, seconds, signature, uint, uint16, uint32, uint8 } from './fields.ts';
import { Cause, Condition } from './condition.ts';
import { OfferAskMessage } from './offer-ask.ts';
import { ChoiceCode, PlacementPolicy, Refusal, RefusalCounts } from './placement.ts';

export { Refusal } from './placement.ts';

/** Five samples of nine bundle indexes, a leaf and at most 64 siblings each. */
const PROOF_BYTES_MAX = 5 * (9 * 4 + 256 + 64 * 32);

/** Every JSON body of the two HTTP interfaces: the schema, and under the same name its parsed type (amounts as bigint). */

/* ------------------------------------------------------------------ shared */

export const Tier = z.enum(['standard', 'archival', 'edge', 'heavy']);
export type Tier = z.infer<typeof Tier>;

/** repair-only: the chain takes no new agreements and uploads until enough of what is promised is proven again. */
export const Mode = z.enum(['normal', 'repair-only']);
export type Mode = z.infer<typeof Mode>;

const slot = uint(SLOTS_MAX - 1);
const endpoint = z.string().max(ENDPOINT_CHARACTERS);
const nodeList = z.array(id).max(NODE_LIST_MAX);

export const TermsMessage = z.object({
  creator: address,
  nonce: uint32,
  heavy: id,
  feeBps: uint(FEE_BPS_MAX),
  k: z.number().int().min(1).max(SLOTS_MAX),
  m: z.number().int().min(1).max(SLOTS_MAX),
  batchLog2: z.number().int().min(BATCH_LOG2_MIN).max(BATCH_LOG2_MAX),
  quota: id,
  endPeriod: uint32,
});
export type TermsMessage = z.infer<typeof TermsMessage>;

/** A provider's quote. `price`: token units per batch and epoch. */
export const SignedOffer = z.object({ provider: id, price: amount, expiry: seconds, signature });
export type SignedOffer = z.infer<typeof SignedOffer>;

export const ErrorMessage = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean().default(false),
  nextStep: z.string().optional(),
  details: z.record(z.string(), z.unknown()).default({}),
});
export type ErrorMessage = z.infer<typeof ErrorMessage>;

export { Health } from './condition.ts';

/* ------------------------------------------------------------------ provider */

export const ProofReport = z.object({ epoch: uint32, ok: z.boolean(), txHash: hash.optional(), error: z.string().optional() });
export type ProofReport = z.infer<typeof ProofReport>;

/** The background check of everything stored. `checkedBytes`, `damaged`: in this pass. `lastEnd`: of the newest pass that ended. */
export const ScrubReport = z.object({ pass: uint32, started: seconds, checkedBytes: z.number().min(0), damaged: z.number().int().min(0), lastEnd: seconds.optional() });
export type ScrubReport = z.infer<typeof ScrubReport>;

/** GET /agreements/:agreement/damaged/:slot: batches whose fragments wait to be sent again. */
export const DamagedReply = z.object({ batchIds: z.array(hash).max(DAMAGED_MAX) });
export type DamagedReply = z.infer<typeof DamagedReply>;

/** What a provider asks for one epoch, in token units: per GiB of fragments, or per batch whatever its size. */
export const AskPrice = z.union([z.object({ perGibEpoch: amount }), z.object({ perBatchEpoch: amount })]);
export type AskPrice = z.infer<typeof AskPrice>;

export const ProviderStatus = z.object({
  id,
  operator: address,
  tier: Tier,
  region: uint16,
  epoch: uint32,
  mode: Mode,
  freeBytes: z.number().min(0),
  storedBytes: z.number().min(0),
  agreements: z.number().int().min(0),
  /** What it asks; only a signed offer binds. */
  price: AskPrice.optional(),
  condition: Condition.optional(),
  causes: z.array(Cause).optional(),
  /** Why no new data is taken: a full or failing disk. Absent while it is. */
  readOnly: z.string().optional(),
  /** Fragments that are lost or no longer match their root. */
  damaged: z.number().int().min(0).optional(),
  scrub: ScrubReport.optional(),
  lastProof: ProofReport.optional(),
});
export type ProviderStatus = z.infer<typeof ProviderStatus>;

/** `ask`: who asks for it; quotes (QUOTE_NONCE) reserve nothing, and anybody may have one. */
export const OfferRequest = z.object({ terms: TermsMessage, ask: OfferAskMessage.optional() });
export type OfferRequest = z.infer<typeof OfferRequest>;

/** The reply to a fragment: the root that the provider computed over what it stored. */
export const FragmentStored = z.object({ root: hash });
export type FragmentStored = z.infer<typeof FragmentStored>;

export const BatchDescription = z.object({ batchId: hash, fragmentRoots: z.array(hash).min(2).max(SLOTS_MAX) });
export type BatchDescription = z.infer<typeof BatchDescription>;

const batches = z.array(BatchDescription).min(1).max(BATCHES_PER_BUNDLE_MAX);

export const BundleRequest = z.object({ bundle: uint32, root: hash, batches, slot });
export type BundleRequest = z.infer<typeof BundleRequest>;

export const ReceiptReply = z.object({ signature });
export type ReceiptReply = z.infer<typeof ReceiptReply>;

export const BundleDescription = z.object({ root: hash, batches });
export type BundleDescription = z.infer<typeof BundleDescription>;

export const SuccessionRequest = z.object({ agreement: id, slot, repairer: address.optional() });
export type SuccessionRequest = z.infer<typeof SuccessionRequest>;

export const SuccessionReply = z.object({ provider: id, price: amount, bundles: uint32, turn: uint32, expiry: seconds, repairer: address, signature });
export type SuccessionReply = z.infer<typeof SuccessionReply>;

/** POST /extensions: the provider's consent to a longer term of its slot. */
export const ExtensionRequest = z.object({ agreement: id, newEndPeriod: uint32 });
export type ExtensionRequest = z.infer<typeof ExtensionRequest>;

export const ExtensionReply = z.object({ slot, endPeriod: uint32, newEndPeriod: uint32, turn: uint32, signature });
export type ExtensionReply = z.infer<typeof ExtensionReply>;

/* ------------------------------------------------------------------ heavy node */

export const ChildStatus = z.object({ id, endpoint, alive: z.boolean() });
export type ChildStatus = z.infer<typeof ChildStatus>;

export const RepairStatus = z.object({ agreement: id, slot, from: uint32, to: uint32.optional(), state: z.string(), error: z.string().optional() });
export type RepairStatus = z.infer<typeof RepairStatus>;

/** The index of the chain's events, where a heavy node keeps one: the last block in it, the chain's newest, and why it stands still where it does. */
export const IndexerStatus = z.object({ block: uint32.optional(), chainBlock: uint32.optional(), behind: uint32, events: z.number().int().min(0), queriesCutOff: z.number().int().min(0), failure: z.string().optional() });
export type IndexerStatus = z.infer<typeof IndexerStatus>;

export const HeavyStatus = z.object({
  id,
  epoch: uint32,
  children: z.array(ChildStatus),
  agreements: z.number().int().min(0),
  repairs: z.array(RepairStatus),
  mode: Mode,
  condition: Condition.optional(),
  causes: z.array(Cause).optional(),
  /** The graph of peers, where the node takes part in it: light nodes attached, heavy nodes connected, requests relayed now. */
  graph: z.object({ peer: z.string(), attached: uint32, load: z.number(), neighbours: nodeList, relaying: uint32 }).optional(),
  indexer: IndexerStatus.optional(),
});
export type HeavyStatus = z.infer<typeof HeavyStatus>;

/** `priceLimit`: token units per batch and epoch. */
export const MatchRequest = z.object({
  creator: address,
  k: z.number().int().min(1).max(SLOTS_MAX),
  m: z.number().int().min(1).max(SLOTS_MAX),
  batchLog2: z.number().int().min(BATCH_LOG2_MIN).max(BATCH_LOG2_MAX),
  quota: id,
  periods: z.number().int().min(1).max(PERIODS_MAX),
  priceLimit: amount,
  nonce: uint32,
  feeBps: uint(FEE_BPS_MAX).optional(),
  exclude: nodeList.optional(),
  hops: uint(HOPS_MAX).optional(),
  policy: PlacementPolicy.optional(),
  /** Tell of every provider why it got no slot, not only of some. */
  explain: z.boolean().optional(),
});
export type MatchRequest = z.infer<typeof MatchRequest>;

export const MatchedOffer = SignedOffer.extend({ endpoint, region: uint16, code: ChoiceCode.optional(), reason: z.string() });
export type MatchedOffer = z.infer<typeof MatchedOffer>;

/** `refused`: all of them with `explain`, else some of each kind; `counts`: all of them. `considered`: the chosen ones too. */
export const MatchReply = z.object({
  terms: TermsMessage,
  offers: z.array(MatchedOffer).max(SLOTS_MAX),
  refused: z.array(Refusal),
  counts: RefusalCounts.optional(),
  considered: z.number().int().min(0).optional(),
});
export type MatchReply = z.infer<typeof MatchReply>;

/** `hops`: how much further the question may go. `seen`: heavy nodes that were already asked. */
export const CandidatesRequest = z.object({
  terms: TermsMessage,
  hops: uint(HOPS_MAX),
  seen: nodeList,
  priceLimit: amount.optional(),
  policy: PlacementPolicy.optional(),
  exclude: nodeList.optional(),
  /** Names the search: a node that it reaches again by another path answers with nothing. */
  request: z.string().regex(/^[0-9a-f]{32}$/).optional(),
});
export type CandidatesRequest = z.infer<typeof CandidatesRequest>;

export const CandidatesReply = z.object({ offers: z.array(MatchedOffer), refused: z.array(Refusal) });
export type CandidatesReply = z.infer<typeof CandidatesReply>;

/** POST /proofs: a child's proof of `epoch`, to be sent together with others'. The reply comes once it is on the chain, or was refused there. */
export const ProofRequest = z.object({ provider: id, epoch: uint32, proof: bytes({ maxBytes: PROOF_BYTES_MAX }) });
export type ProofRequest = z.infer<typeof ProofRequest>;

export const ProofReply = z.object({ proven: z.boolean(), txHash: hash.optional() });
export type ProofReply = z.infer<typeof ProofReply>;

/** `signature`: the agreement's creator over Session {agreement, creator, expiry}. */
export const SealRequest = z.object({ sealKey: hash, expiry: seconds, signature });
export type SealRequest = z.infer<typeof SealRequest>;

/** `signature`: over NameRecord {creator, version, keccak256(value)}. `keyCheck`: lets a wrong key say so. */
export const NameMessage = z.object({
  version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  value: bytes({ maxBytes: NAME_VALUE_BYTES }),
  keyCheck: bytes({ sizeBytes: 8 }),
  signature,
});
export type NameMessage = z.infer<typeof NameMessage>;

/** Bits of a slot set, for request parameters. */
export const SlotIndex = uint8.max(SLOTS_MAX - 1);
