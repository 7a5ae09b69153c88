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
/** Who holds a batch is asked again after this long. */
const HOLDERS_MS = 60_000;
const HOLDERS_MAX = 1_024;
/** Questions under way: a reader of many batches asks about the next ones later. */
const QUESTIONS_MAX = 4;

/** Nodes that hold a batch, as somebody says who can ask the DHT. */
export type HoldersOf = (batchId: string) => Promise<readonly number[]>;

interface Told {
  nodes: readonly number[];
  readonly askedMs: number;
}

export class Edges {
  readonly #chain: Chain;
  readonly #policy: ReadPolicy;
  readonly #nowMs: () => number;
  readonly #misses = new Map<string, number>();
  readonly #failed = new Map<number, number>();
  readonly #holdersOf: HoldersOf | undefined;
  readonly #told = new Map<string, Told>();
  #questions = 0;
  #list: Promise<readonly EdgeNode[]> | undefined;
  #listedMs = -Infinity;

  constructor(options: { readonly chain: Chain; readonly policy: ReadPolicy; readonly holdersOf?: HoldersOf | undefined; readonly nowMs?: (() => number) | undefined }) {
    this.#holdersOf = options.holdersOf;
    this.#chain = options.chain;
    this.#policy = options.policy;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /**
   * A holder of its batch where one is known; else the edge where a fragment belongs, by rendezvous hashing, so that all readers ask the same one. Undefined when none
   * is to be asked. No read waits for the question who holds it: the first ones go where they belong.
   */
  async choose(fragment: FragmentName, isOwn: boolean): Promise<EdgeNode | undefined> {
    const { edges, edgesFor } = this.#policy;
    if (edges === 'none' || (isOwn && edgesFor !== 'all')) return undefined;
    const healthy = (await this.#known()).filter(({ id }) => (this.#failed.get(id) ?? 0) <= this.#nowMs());
    const told = edges === 'network' ? this.#holders(fragment.batchId) : [];
    const [holder] = this.#ranked(fragment, healthy.filter(({ id }) => told.includes(id) && !this.#missed(id, fragment)));
    if (holder !== undefined) return holder;
    const [best] = this.#ranked(fragment, healthy);
    return best === undefined || this.#missed(best.id, fragment) ? undefined : best;
  }

  #ranked(fragment: FragmentName, edges: readonly EdgeNode[]): EdgeNode[] {
    return edges.map((edge) => ({ edge, rank: keccak256(stringToHex(`${edge.id}/${nameOf(fragment)}`)) })).sort((a, b) => (a.rank < b.rank ? 1 : -1)).map(({ edge }) => edge);
  }

  #missed(edge: number, fragment: FragmentName): boolean {
    return (this.#misses.get(`${edge}/${nameOf(fragment)}`) ?? 0) > this.#nowMs();
  }

  /** As far as is known by now; asks behind the answer. */
  #holders(batchId: string): readonly number[] {
    const known = this.#told.get(batchId);
    const isDue = known === undefined || this.#nowMs() - known.askedMs >= HOLDERS_MS;
    if (!isDue || this.#holdersOf === undefined || this.#questions >= QUESTIONS_MAX) return known?.nodes ?? [];
    const told: Told = { nodes: known?.nodes ?? [], askedMs: this.#nowMs() };
    if (this.#told.size >= HOLDERS_MAX) this.#told.clear();
    this.#told.set(batchId, told);
    this.#questions += 1;
    void this.#holdersOf(batchId)
      .then((nodes) => (told.nodes = nodes), () => undefined)
      .finally(() => (this.#questions -= 1));
    return told.nodes;
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
      .then((nodes) => nodes.filter(({ tier, id }) => tier === 'edge' && (edges === 'registry' || edges === 'network' || (edges !== 'none' && edges.includes(id)))))
      .then((nodes) => nodes.map(({ id, endpoint }) => ({ id, endpoint: endpoint.replace(/\/$/, '') })))
      // Reading goes on without edges while the chain is away.
      .catch(() => []);
    return this.#list;
  }
}

function nameOf({ agreement, batchId, slot }: FragmentName): string {
  return `${agreement}/${batchId}/${slot}`;
}
