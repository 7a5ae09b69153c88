/** Where a run of leaves comes from: an edge node first where the policy says so, else its provider; paid within the policy. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { BUNDLE_HEADER } from '../../wire/paid-reads.ts';
import type { Edges, FragmentName } from './edges.ts';
import type { Headers, ReadPayer } from './payer.ts';

export interface SourcedRead extends FragmentName {
  readonly bundle: number;
  readonly creator: Address;
  /** The slot's provider. */
  readonly provider: number;
  readonly endpoint: string;
  /** Of the leaves. */
  readonly sizeBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** What one request goes to. */
export interface ReadAt {
  readonly endpoint: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
}

/** An edge answers from its disk: one that needs longer is passed over. */
const EDGE_TIMEOUT_MS = 5_000;

export class ReadSource {
  readonly #own: Address;
  readonly #payer: ReadPayer;
  readonly #edges: Edges;

  constructor(options: { readonly own: Address; readonly payer: ReadPayer; readonly edges: Edges }) {
    this.#own = options.own;
    this.#payer = options.payer;
    this.#edges = options.edges;
  }

  /** `send` fetches and verifies: what it throws at an edge leads to the provider, what it throws there is thrown. */
  async read<T>(read: SourcedRead, send: (at: ReadAt) => Promise<T>): Promise<T> {
    const { agreement, sizeBytes, signal, endpoint, provider } = read;
    const edge = await this.#edges.choose(read, isAddressEqual(read.creator, this.#own));
    if (edge !== undefined) {
      const limited = AbortSignal.any([AbortSignal.timeout(EDGE_TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]);
      try {
        // A session lets its bearer write: providers of the agreement see it, others do not.
        const toEdge = { node: edge.id, agreement, sizeBytes, signal: limited, isStranger: true };
        return await this.#payer.read(toEdge, (headers) => send({ endpoint: edge.endpoint, headers: { ...headers, [BUNDLE_HEADER]: String(read.bundle) }, signal: limited }));
      } catch (error) {
        signal?.throwIfAborted();
        this.#edges.failed(edge, read, error);
      }
    }
    return this.#payer.read({ node: provider, agreement, sizeBytes, signal }, (headers) => send({ endpoint, headers, signal }));
  }
}
