/** What a reader pays for reads. Amounts are token units. */
export interface ReadPolicy {
  /** The highest price per GiB; a server that asks for more is passed over. 0: nothing is paid. */
  readonly maxPricePerGib: bigint;
  /** What a new channel's deposit, or a top-up, pays for. */
  readonly depositBytes: number;
  /** Deposits that this reader makes in all. */
  readonly maxDeposits: bigint;
  /** Opens and tops up channels by itself; off: channels that exist already are used, and no transaction is sent. */
  readonly opensChannels: boolean;
  /** A sponsor's pool whose signer this account is, instead of channels of its own. */
  readonly pool?: bigint | undefined;
  /** Edge nodes that are asked before providers: by their numbers, all of the registry, or, of these, those first that the network's DHT names as holders. */
  readonly edges: 'none' | 'registry' | 'network' | readonly number[];
  /** For which agreements: those of other creators (public and shared content), or all. */
  readonly edgesFor: 'others' | 'all';
}

const GIB = 1 << 30;

/** Pays nothing and asks no edge. */
export const DEFAULT_READ_POLICY: ReadPolicy = {
  maxPricePerGib: 0n,
  depositBytes: GIB,
  maxDeposits: 10n * 10n ** 18n,
  opensChannels: true,
  edges: 'none',
  edgesFor: 'others',
};
