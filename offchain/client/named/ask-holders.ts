/** Asks the heavy nodes that keep a name, down the name's order until enough of them have answered. */
import type { Hex } from 'viem';
import { NAME_REPLICAS } from '../../wire/named-record.ts';
import { rendezvous } from '../../wire/rendezvous.ts';
import { messageOf } from '../errors.ts';
import { firstOf } from '../fetch/first-of.ts';
import { registeredHeavies } from './chain-facts.ts';
import { NoHolderAnsweredError } from './errors.ts';
import type { PublicReader } from './public-reader.ts';

export interface Holder {
  readonly node: number;
  readonly url: string;
}

export interface HolderAnswers<T> {
  readonly answers: readonly { readonly holder: Holder; readonly answer: T }[];
  readonly failures: readonly { readonly holder: Holder; readonly error: unknown }[];
}

/** Holders beyond the first ones that are asked when these do not answer. */
const ASKED_MAX = 16;
/** The next one is asked as well when an answer takes longer. */
const LATE_MS = 2_000;

/** All registered heavy nodes in the order of the key. */
export async function holdersOfName({ chain }: Pick<PublicReader, 'chain'>, key: Hex): Promise<Holder[]> {
  const urls = new Map((await registeredHeavies(chain)).map(({ id, endpoint }) => [id, endpoint.replace(/\/$/, '')]));
  return rendezvous(key, [...urls.keys()]).map((node) => ({ node, url: urls.get(node) as string }));
}

/**
 * What `ask` throws counts as no answer, and the next holder in the order is asked in its place.
 * @throws NoHolderAnsweredError when fewer than a majority of the replicas answered (or of the registered nodes, where these are fewer)
 */
export async function askHolders<T>(reader: Pick<PublicReader, 'chain'>, name: string, key: Hex, ask: (holder: Holder, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<HolderAnswers<T>> {
  const holders = await holdersOfName(reader, key);
  const replicas = Math.min(NAME_REPLICAS, holders.length);
  const { answers, failures } = await firstOf({ candidates: holders.slice(0, ASKED_MAX), need: replicas, start: ask, lateMs: LATE_MS, signal });
  const need = Math.floor(replicas / 2) + 1;
  if (answers.size < need) {
    throw new NoHolderAnsweredError(name, { have: answers.size, need, reasons: [...failures].map(([holder, error]) => `heavy node ${holder.node}: ${messageOf(error)}`) });
  }
  return {
    answers: [...answers].map(([holder, answer]) => ({ holder, answer })),
    failures: [...failures].map(([holder, error]) => ({ holder, error })),
  };
}
