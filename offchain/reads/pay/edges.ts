/** Which edge node is asked for a fragment, and which are left alone for a while. */
import { keccak256, stringToHex } from 'viem';
import { listNodes } from '../../chain/list-nodes.ts';
import type { Chain } from '../../chain/types.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import type { ReadPolicy } from './policy.ts';

export interface EdgeNode {
  readonly id: number;
  readonly endpoint: string;
}

export interface FragmentName {
  readonly agreement: number;
  /** Hexadecimal. */
  readonly batchId: string;
  readonly slot: number;
}

const LIST_MS = 60_000;
/** An edge that does not have a fragment is not asked for it again so soon; by then it may have fetched it. */
const MISS_MS = 30_000;
/** One that failed, lied or asked too much is left alone altogether. */
const FAILED_MS = 60_000;
const MISSES_MAX = 10_000;

export class Edges {
  readonly #chain: Chain;
  readonly #policy: ReadPolicy;
  readonly #nowMs: () => number;
  readonly #misses = new Map<string, number>();
  readonly #failed = new Map<number, number>();
  #list: Promise<readonly EdgeNode[]> | undefined;
  #listedMs = -Infinity;

  constructor(options: { readonly chain: Chain; readonly policy: ReadPolicy; readonly nowMs?: (() => number) | undefined }) {
    this.#chain = options.chain;
    this.#policy = options.policy;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** The edge where a fragment belongs, by rendezvous hashing, so that all readers ask the same one; undefined when none is to be asked. */
  async choose(fragment: FragmentName, isOwn: boolean): Promise<EdgeNode | undefined> {
    const { edges, edgesFor } = this.#policy;
    if (edges === 'none' || (isOwn && edgesFor !== 'all')) return undefined;
    const healthy = (await this.#known()).filter(({ id }) => (this.#failed.get(id) ?? 0) <= this.#nowMs());
    const [best] = healthy.map((edge) => ({ edge, rank: keccak256(stringToHex(`${edge.id}/${nameOf(fragment)}`)) })).sort((a, b) => (a.rank < b.rank ? 1 : -1));
    if (best === undefined || (this.#misses.get(`${best.edge.id}/${nameOf(fragment)}`) ?? 0) > this.#nowMs()) return undefined;
    return best.edge;
  }

  failed(edge: EdgeNode, fragment: FragmentName, error: unknown): void {
    const isMiss = error instanceof RemoteError && error.remoteStatus === 404;
    if (!isMiss) return void this.#failed.set(edge.id, this.#nowMs() + FAILED_MS);
    if (this.#misses.size >= MISSES_MAX) this.#misses.clear();
    this.#misses.set(`${edge.id}/${nameOf(fragment)}`, this.#nowMs() + MISS_MS);
  }

  #known(): Promise<readonly EdgeNode[]> {
    if (this.#list !== undefined && this.#nowMs() - this.#listedMs < LIST_MS) return this.#list;
    const { edges } = this.#policy;
    this.#listedMs = this.#nowMs();
    this.#list = listNodes(this.#chain)
      .then((nodes) => nodes.filter(({ tier, id }) => tier === 'edge' && (edges === 'registry' || (edges !== 'none' && edges.includes(id)))))
      .then((nodes) => nodes.map(({ id, endpoint }) => ({ id, endpoint: endpoint.replace(/\/$/, '') })))
      // Reading goes on without edges while the chain is away.
      .catch(() => []);
    return this.#list;
  }
}

function nameOf({ agreement, batchId, slot }: FragmentName): string {
  return `${agreement}/${batchId}/${slot}`;
}
