/** What the rest of a heavy node sees of the graph of peers, whether libp2p runs or not. */
import type { RequestListener } from 'node:http';
import type { Holder } from '../../p2p/routing.ts';
import type { PeerCard } from '../../p2p/messages.ts';
import type { NoticeBook } from '../../p2p/notices.ts';
import type { HeavyStatus } from '../../wire/messages.ts';

/** Who holds which content, as the DHT has it. Holders are hints: what they send is checked by its hash. */
export interface Contents {
  /** Holds for two days, renewed by itself until `withdraw`. @throws PeerUnreachableError; SyntaxError for what is no ContentID */
  provide(contentId: string): Promise<void>;
  withdraw(contentId: string): Promise<void>;
  /** Never throws for a network that does not answer: the list is shorter. @throws SyntaxError for what is no ContentID */
  find(contentId: string): Promise<Holder[]>;
}

export interface Graph {
  /** Light nodes with a lease here: they count as children, whatever the registry says their parent is. */
  attached(): readonly number[];
  /** Heavy nodes that answered last time; undefined while none is known, then the registry's are asked. */
  neighbours(): readonly number[] | undefined;
  /** True for a request that came here before by another path. Remembers it. */
  isRepeat(request: string): boolean;
  /** Where a node really is: a relayed one's address is the relay's, which says nothing about it. */
  placeOf(node: { readonly id: number; readonly endpoint: string }): Promise<string>;
  readonly notices: NoticeBook;
  /** undefined while libp2p is off. */
  readonly contents: Contents | undefined;
  /** undefined while libp2p is off. */
  card(): PeerCard | undefined;
  status(): HeavyStatus['graph'];
  /** Carries one HTTP request to an attached node. `request.url` is what is left behind `/relay/<node>`. */
  relay(node: number): RequestListener;
  stop(): Promise<void>;
}
