/** What all steps of one agreement's repair share. */
import type { Hex } from 'viem';
import { readBundle } from '../../chain/read-bundle.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { BundleState } from '../../chain/read-bundle.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import type { WorkerRebuilds } from '../jobs/rebuild-jobs.ts';
import type { Seals } from '../seals.ts';
import { createSession } from '../sign-session.ts';
import { describeBundle } from './description.ts';
import type { BundleFacts } from './description.ts';
import type { Losses } from './losses.ts';
import { sourcesOf } from './sources.ts';
import type { Source } from './sources.ts';
import type { Throttle } from './throttle.ts';

/** A heavy node at repair. */
export interface Workshop {
  readonly context: HeavyContext;
  readonly seals: Seals;
  readonly throttle: Throttle;
  /** Others' processors, where somebody promised theirs. */
  readonly workers: WorkerRebuilds;
  /** What could not be rebuilt, for whoever asks. */
  readonly losses: Losses;
}

export interface Work {
  readonly agreement: AgreementState;
  /** By number; retired ones are left out. */
  readonly onChain: ReadonlyMap<number, BundleState>;
  readonly bundles: readonly BundleFacts[];
  /** Bundles that live and that nobody describes any more: what they consist of is not known. */
  readonly undescribed: readonly number[];
  /** Who may have fragments: everybody but the lost slots' own providers. */
  readonly sources: readonly Source[];
  /** Providers of lost slots that still have their fragments: those under notice. By slot. */
  readonly holders: ReadonlyMap<number, Source>;
  /** The faulted ones, which may have theirs: asked when too few others are left. By slot. */
  readonly lastResort: ReadonlyMap<number, Source>;
  /** How often each source was silent in this attempt: a bundle has thousands of batches, and each would wait for it again. */
  readonly silences: Map<number, number>;
  /** Those that may be the true one; the first that rebuilds a committed fragment is left alone here. */
  readonly sealKeys: Uint8Array[];
  /** For writes: signed anew before it expires, for a repair may take days. */
  readonly authorization: () => Promise<string>;
}

/** `losses`: slots whose fragments are wanted; `isHeld`: their own provider may still have them. @throws RepairError, SealKeyError */
export async function collect({ context, seals }: Workshop, agreement: AgreementState, losses: readonly { readonly slot: number; readonly isHeld: boolean }[]): Promise<Work> {
  const { chain, directory } = context;
  const all = sourcesOf(agreement, await directory.fresh());
  const lost = new Set(losses.map(({ slot }) => slot));
  const held = new Set(losses.filter(({ isHeld }) => isHeld).map(({ slot }) => slot));
  const holders = new Map(all.filter(({ slot }) => held.has(slot)).map((source) => [source.slot, source]));
  const lastResort = new Map(all.filter(({ slot }) => lost.has(slot) && !held.has(slot)).map((source) => [source.slot, source]));
  const sources = all.filter(({ slot }) => !lost.has(slot) || held.has(slot));
  const onChain = new Map<number, BundleState>();
  const bundles: BundleFacts[] = [];
  const undescribed: number[] = [];
  // Its own count: who is slow with a description of megabytes may well be quick with a range.
  const silences = new Map<number, number>();
  for (let bundle = 0; bundle < agreement.bundles; bundle++) {
    const state = await readBundle(chain, agreement.id, bundle);
    if (state.retired !== 0) continue;
    onChain.set(bundle, state);
    const question = { agreement: agreement.id, bundle, onChain: state, slots: agreement.slots.length, sources: [...sources, ...lastResort.values()], silences };
    const facts = await describeBundle(context, question).catch(unknownOnly);
    if (facts === undefined) undescribed.push(bundle);
    else bundles.push(withOtherIds(facts, () => describeBundle(context, { ...question, isThorough: true })));
  }
  // Whoever is only under notice still has the fragments: they can be copied as they are.
  const copies = losses.length > 0 && losses.every(({ isHeld }) => isHeld);
  const sealKeys = bundles.length === 0 ? [] : await seals.keysOf(agreement.id).catch((error: unknown) => withoutKey(copies, error));
  return { agreement, onChain, bundles, undescribed, sources, holders, lastResort, silences: new Map(), sealKeys: [...sealKeys], authorization: createSession(context, agreement.id) };
}

/** Two who agree may lie together. Where the ids that they name lead nowhere, everybody is asked, once for all batches of the bundle. */
function withOtherIds(facts: BundleFacts, askAll: () => Promise<BundleFacts>): BundleFacts {
  let all: Promise<BundleFacts> | undefined;
  const otherIds = async (batch: number): Promise<readonly Hex[]> => (await (all ??= askAll())).batches[batch]?.batchIds ?? [];
  return { ...facts, batches: facts.batches.map((batch, i) => ({ ...batch, otherIds: () => otherIds(i) })) };
}

function unknownOnly(error: unknown): undefined {
  if (!(error instanceof RepairError) || error.code !== 'NO_DESCRIPTION') throw error;
}

function withoutKey(copies: boolean, error: unknown): Uint8Array[] {
  if (copies) return [];
  throw error;
}
