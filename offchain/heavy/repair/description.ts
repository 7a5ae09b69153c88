/** What a bundle consists of, asked of providers of which any may lie, and held against the root on the chain. */
import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import type { BundleState } from '../../chain/read-bundle.ts';
import { treeRoot } from '../../proof/tree.ts';
import { equal } from '../../codec/bytes.ts';
import { requestJson } from '../../wire/http-client.ts';
import { BUNDLE_BODY_BYTES } from '../../wire/limits.ts';
import { BundleDescription } from '../../wire/messages.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import type { Source } from './sources.ts';

/** One batch. Its roots are certain; its id is what providers say, most often named first, because no root covers it. */
export interface BatchFacts {
  readonly fragmentRoots: readonly Uint8Array[];
  readonly batchIds: readonly Hex[];
  /** What everybody else calls it: for when these ids lead nowhere. */
  readonly otherIds?: () => Promise<readonly Hex[]>;
}

export interface BundleFacts {
  readonly bundle: number;
  readonly root: Hex;
  readonly batches: readonly BatchFacts[];
}

/** A source that was silent so often is asked after all others: a thousand bundles must not wait for it a thousand times. */
const SILENCES_MAX = 2;

/** How many agreeing descriptions suffice at first. With fewer, all sources are asked. */
const VOICES = 2;

/**
 * @param options.silences how often each provider was silent so far, which is noted here
 * @param options.isThorough all sources are asked, however many agree: those may be in league
 * @throws RepairError NO_DESCRIPTION when nobody gives one that matches the chain
 */
export async function describeBundle(
  context: Pick<HeavyContext, 'log' | 'signal'>,
  options: { agreement: number; bundle: number; onChain: Pick<BundleState, 'root' | 'batches'>; slots: number; sources: readonly Source[]; silences?: Map<number, number>; isThorough?: boolean },
): Promise<BundleFacts> {
  const { agreement, bundle, onChain, slots, sources, silences = new Map<number, number>(), isThorough = false } = options;
  const isSilent = ({ provider }: Source): boolean => (silences.get(provider) ?? 0) >= SILENCES_MAX;
  const honest: BundleDescription[] = [];
  for (const source of [...sources.filter((one) => !isSilent(one)), ...sources.filter(isSilent)]) {
    if (!isThorough && honest.length >= VOICES && agree(honest)) break;
    // Whoever answered decides alone when the rest only costs time.
    if (honest.length > 0 && isSilent(source)) break;
    const description = await ask(context, source, { agreement, bundle, root: onChain.root }, () => void silences.set(source.provider, (silences.get(source.provider) ?? 0) + 1));
    if (description === undefined) continue;
    if (isTrue(description, { root: onChain.root, batches: onChain.batches, slots })) honest.push(description);
    else context.log.warn('repair.false-description', { agreement, bundle, provider: source.provider });
  }
  const first = honest[0];
  if (first === undefined) {
    throw new RepairError('NO_DESCRIPTION', `No provider of agreement ${agreement} describes its bundle ${bundle} in accordance with the chain.`, { agreement, bundle });
  }
  const batches = first.batches.map(({ fragmentRoots }, i): BatchFacts => {
    return { fragmentRoots: fragmentRoots.map((root) => hexToBytes(root)), batchIds: byVotes(honest.map((one) => one.batches[i]?.batchId ?? '0x')) };
  });
  return { bundle, root: onChain.root, batches };
}

/** True when the description has the shape of the chain's bundle and hashes to its root. */
export function isTrue(description: BundleDescription, expected: { root: Hex; batches: number; slots: number }): boolean {
  const { batches } = description;
  if (batches.length !== expected.batches || batches.some(({ fragmentRoots }) => fragmentRoots.length !== expected.slots)) return false;
  const batchRoots = batches.map(({ fragmentRoots }) => treeRoot(fragmentRoots.map((root) => hexToBytes(root))));
  return equal(treeRoot(batchRoots), hexToBytes(expected.root));
}

async function ask(context: Pick<HeavyContext, 'log' | 'signal'>, source: Source, wanted: { agreement: number; bundle: number; root: Hex }, onSilence: () => void): Promise<BundleDescription | undefined> {
  const { agreement, bundle, root } = wanted;
  try {
    const url = `${source.endpoint}/agreements/${agreement}/bundles/${bundle}?root=${root}`;
    return await requestJson(url, { schema: BundleDescription, maxBytes: BUNDLE_BODY_BYTES, signal: context.signal });
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof TransportError) onSilence();
    context.log.warn('repair.no-description', { agreement, bundle, provider: source.provider, error });
    return undefined;
  }
}

function agree(descriptions: readonly BundleDescription[]): boolean {
  const ids = (description: BundleDescription | undefined) => description?.batches.map(({ batchId }) => batchId.toLowerCase()).join();
  return descriptions.every((description) => ids(description) === ids(descriptions[0]));
}

function byVotes(batchIds: readonly Hex[]): Hex[] {
  const votes = new Map<string, number>();
  for (const batchId of batchIds) votes.set(batchId.toLowerCase(), (votes.get(batchId.toLowerCase()) ?? 0) + 1);
  return [...votes].sort(([, a], [, b]) => b - a).map(([batchId]) => batchId as Hex);
}
