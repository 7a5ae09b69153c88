import type { Chain } from '../../chain/client.ts';
import type { NetworkParameters } from '../../chain/devnet-parameters.ts';
import type { Client } from '../../client/client.ts';
import type { ProgressState } from '../progress.ts';
import type { Network, NetworkNode } from '../devnet/network.ts';

/** How large the story is. The demo's and the test's differ in nothing else. */
export interface StoryOptions {
  /** Everything of the run lies here. */
  readonly folder: string;
  readonly mnemonic: string;
  /** Makes the source tree; printed, so that a run can be repeated. */
  readonly seed: string;
  readonly parameters: NetworkParameters;
  readonly heavies: number;
  readonly providers: number;
  readonly regions: number;
  readonly scheme: { readonly k: number; readonly m: number };
  readonly batchLog2: number;
  readonly sourceBytes: number;
  /** Providers that are killed: at most m. */
  readonly losses: number;
  /** Providers that join when the spares do not suffice for all losses. */
  readonly newcomers: number;
  /** Leave the network running at the end. */
  readonly keep: boolean;
  readonly say: (text: string) => void;
  /** How far a step is; shown as a bar on a terminal and not at all elsewhere. */
  readonly progress: (state: ProgressState) => void;
}

/** What one step found out. Amounts of tokens are decimal strings of units. */
export type Figures = Readonly<Record<string, unknown>>;

/** What the steps hand on to each other. */
export interface Story {
  readonly options: StoryOptions;
  readonly network: Network;
  /** The devnet's first account. */
  readonly chain: Chain;
  readonly creator: Creator;
  readonly sourceFolder: string;
  /** Providers that were killed, by the slots that they held. */
  readonly dead: { readonly slot: number; readonly node: NetworkNode }[];
}

export interface Creator {
  readonly home: string;
  readonly client: Client;
  agreement: number;
}

/** The name under which the tree is stored. */
export const STORED_NAME = 'home';

/** What must hold in a step. The message says what was found instead. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

export function must(condition: boolean, otherwise: () => string): asserts condition {
  if (!condition) throw new StoryError(otherwise());
}
