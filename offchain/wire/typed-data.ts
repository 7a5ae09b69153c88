import { hashTypedData, recoverTypedDataAddress } from 'viem';
import type { Address, Hex, TypedDataDefinition, TypedDataDomain } from 'viem';
import { askTyped } from './ask-typed.ts';
import { expandSignature } from './compact-signature.ts';
import { HoldfastError } from './errors.ts';
import type { Signer } from './signer.ts';
import { withStatement } from './statements.ts';

export { signerAddress } from './signer.ts';
export type { Signer } from './signer.ts';

/** Field order is part of the format: contracts/libraries/Quotes.sol hashes the same strings. `statement`: a sentence for people, see statements.ts. */
export const TYPES = {
  Terms: [
    { name: 'creator', type: 'address' },
    { name: 'nonce', type: 'uint32' },
    { name: 'heavy', type: 'uint32' },
    { name: 'feeBps', type: 'uint16' },
    { name: 'k', type: 'uint8' },
    { name: 'm', type: 'uint8' },
    { name: 'batchLog2', type: 'uint8' },
    { name: 'quota', type: 'uint32' },
    { name: 'endPeriod', type: 'uint32' },
  ],
  Offer: [
    { name: 'terms', type: 'Terms' },
    { name: 'provider', type: 'uint32' },
    { name: 'price', type: 'uint96' },
    { name: 'expiry', type: 'uint64' },
  ],
  /** Who asks for offers; see offer-ask.ts. */
  OfferAsk: [
    { name: 'statement', type: 'string' },
    { name: 'terms', type: 'Terms' },
    { name: 'expiry', type: 'uint64' },
  ],
  /** What a provider's owner tells its node; see tariff.ts. */
  Tariff: [
    { name: 'statement', type: 'string' },
    { name: 'provider', type: 'uint32' },
    { name: 'perGibEpoch', type: 'uint96' },
    { name: 'capacityBytes', type: 'uint64' },
    { name: 'sequence', type: 'uint64' },
    { name: 'expiry', type: 'uint64' },
  ],
  Receipt: [
    { name: 'agreement', type: 'uint32' },
    { name: 'bundle', type: 'uint32' },
    { name: 'root', type: 'bytes32' },
    { name: 'batches', type: 'uint32' },
    { name: 'slot', type: 'uint8' },
  ],
  Succession: [
    { name: 'agreement', type: 'uint32' },
    { name: 'slot', type: 'uint8' },
    { name: 'provider', type: 'uint32' },
    { name: 'price', type: 'uint96' },
    { name: 'bundles', type: 'uint32' },
    { name: 'turn', type: 'uint32' },
    { name: 'expiry', type: 'uint64' },
    { name: 'repairer', type: 'address' },
  ],
  Extension: [
    { name: 'agreement', type: 'uint32' },
    { name: 'slot', type: 'uint8' },
    { name: 'endPeriod', type: 'uint32' },
    { name: 'newEndPeriod', type: 'uint32' },
    { name: 'turn', type: 'uint32' },
  ],
  Session: [
    { name: 'statement', type: 'string' },
    { name: 'agreement', type: 'uint32' },
    { name: 'creator', type: 'address' },
    { name: 'expiry', type: 'uint64' },
  ],
  NameRecord: [
    { name: 'statement', type: 'string' },
    { name: 'creator', type: 'address' },
    { name: 'version', type: 'uint64' },
    { name: 'valueHash', type: 'bytes32' },
  ],
  /** Of a public name; see named-record.ts. */
  PublicName: [
    { name: 'statement', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'tenure', type: 'uint32' },
    { name: 'owner', type: 'address' },
    { name: 'version', type: 'uint32' },
    { name: 'parents', type: 'bytes32[]' },
    { name: 'contentId', type: 'string' },
    { name: 'root', type: 'bytes32' },
    { name: 'valueHash', type: 'bytes32' },
    { name: 'created', type: 'uint64' },
    { name: 'expiry', type: 'uint64' },
  ],
  /** Kept by heavy nodes for an address; see letter.ts. */
  Letter: [
    { name: 'statement', type: 'string' },
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'kind', type: 'string' },
    { name: 'id', type: 'bytes32' },
    { name: 'version', type: 'uint32' },
    { name: 'created', type: 'uint64' },
    { name: 'expiry', type: 'uint64' },
    { name: 'valueHash', type: 'bytes32' },
  ],
  MailboxRead: [
    { name: 'statement', type: 'string' },
    { name: 'owner', type: 'address' },
    { name: 'until', type: 'uint64' },
  ],
  Standings: [
    { name: 'heavy', type: 'uint32' },
    { name: 'epoch', type: 'uint32' },
    { name: 'hash', type: 'bytes32' },
  ],
  MasterKey: [
    { name: 'creator', type: 'address' },
    { name: 'purpose', type: 'string' },
  ],
  // Between nodes only, under peerDomain: no contract reads these.
  PeerBinding: [
    { name: 'node', type: 'uint32' },
    { name: 'peer', type: 'string' },
    { name: 'sequence', type: 'uint64' },
    { name: 'expiry', type: 'uint64' },
  ],
  Ask: [
    { name: 'provider', type: 'uint32' },
    { name: 'sequence', type: 'uint64' },
    { name: 'tier', type: 'string' },
    { name: 'region', type: 'uint16' },
    { name: 'unit', type: 'string' },
    { name: 'price', type: 'uint96' },
    { name: 'freeBytes', type: 'uint64' },
    { name: 'capacityBytes', type: 'uint64' },
    { name: 'url', type: 'string' },
    { name: 'expiry', type: 'uint64' },
  ],
  Notice: [
    { name: 'node', type: 'uint32' },
    { name: 'sequence', type: 'uint64' },
    { name: 'state', type: 'string' },
    { name: 'cause', type: 'string' },
    { name: 'expiry', type: 'uint64' },
  ],
  WorkerPromise: [
    { name: 'worker', type: 'address' },
    { name: 'heavy', type: 'uint32' },
    { name: 'month', type: 'uint32' },
    { name: 'cores', type: 'uint16' },
    { name: 'percent', type: 'uint8' },
    { name: 'payout', type: 'address' },
    { name: 'sequence', type: 'uint64' },
    { name: 'expiry', type: 'uint64' },
  ],
  /* Of the domain of Channels: contracts/Channels.sol and libraries/Pools.sol. */
  Voucher: [
    { name: 'channel', type: 'uint256' },
    { name: 'total', type: 'uint128' },
  ],
  Served: [
    { name: 'pool', type: 'uint256' },
    { name: 'payee', type: 'uint32' },
    { name: 'servedBytes', type: 'uint64' },
    { name: 'total', type: 'uint128' },
  ],
} as const;

/** What creator and all n providers agree on. `nonce`: the creator's number of earlier agreements. */
export interface Terms {
  readonly creator: Address;
  readonly nonce: number;
  readonly heavy: number;
  readonly feeBps: number;
  readonly k: number;
  readonly m: number;
  readonly batchLog2: number;
  /** Batches of space. */
  readonly quota: number;
  readonly endPeriod: number;
}

/** The greatest nonce: no creator gets there. Offers with it open nothing; heavy nodes and leaving providers ask for them as quotes. */
export const QUOTE_NONCE = 0xffff_ffff;

/** `price`: token units per batch and epoch. `expiry`: Unix seconds, here and below. */
export interface Offer {
  readonly terms: Terms;
  readonly provider: number;
  readonly price: bigint;
  readonly expiry: number;
}

/** Asks providers for offers for these terms: reserving their space takes somebody who answers for it. */
export interface OfferAsk {
  readonly terms: Terms;
  readonly expiry: number;
}

/** `perGibEpoch`: token units. A higher `sequence` replaces a lower one; taken until `expiry`, good until the next one. */
export interface Tariff {
  readonly provider: number;
  readonly perGibEpoch: bigint;
  readonly capacityBytes: bigint;
  readonly sequence: number;
  readonly expiry: number;
}

export interface Receipt {
  readonly agreement: number;
  readonly bundle: number;
  readonly root: Hex;
  readonly batches: number;
  readonly slot: number;
}

export interface Succession {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  readonly price: bigint;
  readonly bundles: number;
  readonly turn: number;
  readonly expiry: number;
  /** Who is credited the bounty; the zero address: whoever sends it. */
  readonly repairer: Address;
}

/** Consent to a longer term at the slot's price. `turn`: the agreement's; makes it usable once. */
export interface Extension {
  readonly agreement: number;
  readonly slot: number;
  readonly endPeriod: number;
  readonly newEndPeriod: number;
  readonly turn: number;
}

/** `creator` is whoever signs: the creator, or for a repair the operator of the agreement's heavy node. */
export interface Session {
  readonly agreement: number;
  readonly creator: Address;
  readonly expiry: number;
}

/** `valueHash`: keccak-256 of the record's value. */
export interface NameRecord {
  readonly creator: Address;
  readonly version: number;
  readonly valueHash: Hex;
}

/** One version of what a public name stands for. `created`, `expiry`: Unix seconds, 0: never. */
export interface PublicName {
  readonly name: string;
  readonly tenure: number;
  readonly owner: Address;
  readonly version: number;
  readonly parents: readonly Hex[];
  readonly contentId: string;
  readonly root: Hex;
  /** keccak-256 of the value's text. */
  readonly valueHash: Hex;
  readonly created: number;
  readonly expiry: number;
}

/** `created`, `expiry`: Unix seconds, 0: never. `valueHash`: keccak-256 of the value's text. */
export interface LetterMessage {
  readonly from: Address;
  readonly to: Address;
  readonly kind: string;
  readonly id: Hex;
  readonly version: number;
  readonly created: number;
  readonly expiry: number;
  readonly valueHash: Hex;
}

/** "Show me my letters": a heavy node takes it until `until`, Unix seconds. */
export interface MailboxRead {
  readonly owner: Address;
  readonly until: number;
}

/** What a heavy node says of providers in `epoch`; `hash` covers its entries, see reputation.ts. */
export interface Standings {
  readonly heavy: number;
  readonly epoch: number;
  readonly hash: Hex;
}

export interface MasterKey {
  readonly creator: Address;
  readonly purpose: string;
}

/** "This libp2p key speaks for that node": `peer` is a peer id, a higher `sequence` replaces a lower one. */
export interface PeerBinding {
  readonly node: number;
  readonly peer: string;
  readonly sequence: number;
  readonly expiry: number;
}

/** What a provider asks for space, told to everybody. `price`: token units per epoch and `unit`. `url`: where it answers. */
export interface Ask {
  readonly provider: number;
  readonly sequence: number;
  readonly tier: 'standard' | 'archival' | 'edge';
  readonly region: number;
  /** `batch`: one fragment of a batch, whatever its size. `gib`: a GiB of fragments. */
  readonly unit: 'batch' | 'gib';
  readonly price: bigint;
  readonly freeBytes: bigint;
  readonly capacityBytes: bigint;
  readonly url: string;
  readonly expiry: number;
}

/** A node's own word about its state. `cause`: a sentence, empty while all is well. */
export interface Notice {
  readonly node: number;
  readonly sequence: number;
  readonly state: 'normal' | 'repair-only' | 'read-only' | 'leaving';
  readonly cause: string;
  readonly expiry: number;
}

/** "In this month I give that heavy node so much of my CPU": `percent` of each of `cores` cores. A higher `sequence` replaces a lower one. */
export interface WorkerPromise {
  readonly worker: Address;
  readonly heavy: number;
  readonly month: number;
  readonly cores: number;
  readonly percent: number;
  readonly payout: Address;
  readonly sequence: number;
  readonly expiry: number;
}

/** Pays for reads out of a channel. `total`: token units so far. */
export interface Voucher {
  readonly channel: bigint;
  readonly total: bigint;
}

/** What a node served so far to the readers that a pool pays for. `total`: token units so far. */
export interface Served {
  readonly pool: bigint;
  readonly payee: number;
  readonly servedBytes: bigint;
  readonly total: bigint;
}

export interface TypedMessages {
  readonly Terms: Terms;
  readonly Offer: Offer;
  readonly OfferAsk: OfferAsk;
  readonly Tariff: Tariff;
  readonly Receipt: Receipt;
  readonly Succession: Succession;
  readonly Extension: Extension;
  readonly Session: Session;
  readonly NameRecord: NameRecord;
  readonly PublicName: PublicName;
  readonly Letter: LetterMessage;
  readonly MailboxRead: MailboxRead;
  readonly Standings: Standings;
  readonly MasterKey: MasterKey;
  readonly PeerBinding: PeerBinding;
  readonly Ask: Ask;
  readonly Notice: Notice;
  readonly WorkerPromise: WorkerPromise;
  readonly Voucher: Voucher;
  readonly Served: Served;
}

export type PrimaryType = keyof TypedMessages;

/** One market on one chain: a signature for it is worth nothing anywhere else. */
export function holdfastDomain(deployment: { readonly chainId: number; readonly market: Address }): TypedDataDomain {
  return { name: 'Holdfast', version: '1', chainId: deployment.chainId, verifyingContract: deployment.market };
}

/** For what nodes sign to each other: one registry on one chain, and no market's signature can be taken for it. */
export function peerDomain(deployment: { readonly chainId: number; readonly registry: Address }): TypedDataDomain {
  return { name: 'Holdfast peers', version: '1', chainId: deployment.chainId, verifyingContract: deployment.registry };
}

/** Vouchers are for the contract that holds the deposits. */
export function channelsDomain(at: { readonly chainId: number; readonly channels: Address }): TypedDataDomain {
  return { name: 'Holdfast Channels', version: '1', chainId: at.chainId, verifyingContract: at.channels };
}

function dataOf<P extends PrimaryType>(domain: TypedDataDomain, primaryType: P, message: TypedMessages[P]): TypedDataDefinition {
  return { domain, types: TYPES, primaryType, message: withStatement(primaryType, message) } as unknown as TypedDataDefinition;
}

/** Signs and returns the 64-byte EIP-2098 form (r || vs) that the contracts take. Throws what ask-typed.ts says. */
export async function signTyped<P extends PrimaryType>(signer: Signer, domain: TypedDataDomain, primaryType: P, message: TypedMessages[P]): Promise<Hex> {
  return askTyped(signer, dataOf(domain, primaryType, message));
}

/** What is signed in the end: contracts that sign (ERC-1271) are asked about it. */
export function digestTyped<P extends PrimaryType>(domain: TypedDataDomain, primaryType: P, message: TypedMessages[P]): Hex {
  return hashTypedData(dataOf(domain, primaryType, message));
}

/** The address that made a 64-byte signature over `message`. Throws BAD_SIGNATURE_FORMAT when it is not one. */
export async function recoverTyped<P extends PrimaryType>(
  domain: TypedDataDomain,
  primaryType: P,
  message: TypedMessages[P],
  signature: Hex,
): Promise<Address> {
  const expanded = expandSignature(signature);
  try {
    const data = { ...dataOf(domain, primaryType, message), signature: expanded };
    return await recoverTypedDataAddress(data as unknown as Parameters<typeof recoverTypedDataAddress>[0]);
  } catch (cause) {
    throw new HoldfastError('BAD_SIGNATURE_FORMAT', 'The signature belongs to no address.', { cause });
  }
}
