/** From a slot to a leaf: a batch drawn uniformly over what the slot has acknowledged, and its fragment's root through the bundle's description. */
import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { readBundle } from '../../chain/read-bundle.ts';
import type { BundleState } from '../../chain/read-bundle.ts';
import { geometry } from '../../codec/geometry.ts';
import { BoundedAnswers } from '../../store/bounded-answers.ts';
import { requestJson } from '../../wire/http-client.ts';
import { BUNDLE_BODY_BYTES } from '../../wire/limits.ts';
import { BundleDescription } from '../../wire/messages.ts';
import type { HeavyContext } from '../context.ts';
import { AUDIT_TIMEOUT_MS, DESCRIPTIONS_BYTES, DESCRIPTIONS_MAX } from '../limits.ts';
import { describeBundle, isTrue } from '../repair/description.ts';
import type { BundleFacts } from '../repair/description.ts';
import { sourcesOf } from '../repair/sources.ts';
import type { Random } from './plan.ts';
import type { RangeTarget } from './read-range.ts';

export interface LeafTarget extends RangeTarget {
  readonly bundle: number;
  /** Inside the bundle. */
  readonly batch: number;
  /** The bundle's, from the chain. */
  readonly bundleRoot: Hex;
  readonly batches: number;
  readonly slots: number;
}

export interface Targets {
  /** Undefined when the slot has acknowledged nothing that lives. @throws RepairError NO_DESCRIPTION, RpcUnavailableError */
  draw(agreement: AgreementState, slot: number, random: Random): Promise<LeafTarget | undefined>;
  /** The same leaf as before; undefined once its bundle is retired. */
  at(agreement: AgreementState, where: { readonly slot: number; readonly bundle: number; readonly batch: number; readonly leaf: number }): Promise<LeafTarget | undefined>;
  /** The id under which the provider itself says that it keeps the batch; undefined when it does not say so truthfully. */
  ownBatchId(endpoint: string, target: LeafTarget): Promise<Hex | undefined>;
}

const TRIES = 8;
/** Where bundles begin never changes. */
const FIRSTS_MAX = 65_536;

export function createTargets(context: HeavyContext): Targets {
  const { chain, directory, signal } = context;
  const sizeOf = ({ batches }: BundleFacts): number => batches.reduce((sum, { fragmentRoots, batchIds }) => sum + 32 * fragmentRoots.length + 66 * batchIds.length, 64);
  const descriptions = new BoundedAnswers<BundleFacts>({ maxBytes: DESCRIPTIONS_BYTES, maxEntries: DESCRIPTIONS_MAX, sizeOf });
  const firsts = new Map<string, { first: number; batches: number }>();

  const describe = (agreement: AgreementState, bundle: number, onChain: BundleState): Promise<BundleFacts> =>
    descriptions.get(`${agreement.id}/${bundle}/${onChain.root}`, async () =>
      describeBundle(context, { agreement: agreement.id, bundle, onChain, slots: agreement.slots.length, sources: sourcesOf(agreement, await directory.all(), -1) }));
  const extentOf = async (agreement: number, bundle: number): Promise<{ first: number; batches: number }> => {
    const key = `${agreement}/${bundle}`;
    const known = firsts.get(key);
    if (known !== undefined) return known;
    const { first, batches } = await readBundle(chain, agreement, bundle);
    if (firsts.size >= FIRSTS_MAX) firsts.clear();
    firsts.set(key, { first, batches });
    return { first, batches };
  };
  /** Bundles lie one behind the other: the one that holds batch number `batch` of the agreement. */
  const bundleOf = async (agreement: AgreementState, batch: number): Promise<{ bundle: number; batch: number }> => {
    let [low, high] = [0, agreement.bundles - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first, batches } = await extentOf(agreement.id, middle);
      if (batch < first + batches) high = middle;
      else low = middle + 1;
    }
    return { bundle: low, batch: batch - (await extentOf(agreement.id, low)).first };
  };
  const target = async (agreement: AgreementState, where: { slot: number; bundle: number; batch: number; leaf: number }): Promise<LeafTarget | undefined> => {
    const { slot, bundle, batch, leaf } = where;
    const onChain = await readBundle(chain, agreement.id, bundle);
    if (onChain.retired !== 0 || ((onChain.acknowledged >> BigInt(slot)) & 1n) === 0n) return undefined;
    const facts = (await describe(agreement, bundle, onChain)).batches[batch];
    const root = facts?.fragmentRoots[slot];
    const batchId = facts?.batchIds[0];
    if (root === undefined || batchId === undefined) return undefined;
    const { leaves } = geometry(agreement);
    return { agreement: agreement.id, slot, bundle, batch, batchId, root, leaves, first: leaf, count: 1, bundleRoot: onChain.root, batches: onChain.batches, slots: agreement.slots.length };
  };

  return {
    at: target,
    async draw(agreement, slot, random) {
      if (agreement.bundles === 0 || agreement.batches === 0) return undefined;
      const { leaves } = geometry(agreement);
      for (let i = 0; i < TRIES; i++) {
        const at = await bundleOf(agreement, Math.floor(random() * agreement.batches));
        const found = await target(agreement, { slot, ...at, leaf: Math.floor(random() * leaves) });
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async ownBatchId(endpoint, { agreement, bundle, batch, bundleRoot, batches, slots, root, slot }) {
      try {
        const url = `${endpoint}/agreements/${agreement}/bundles/${bundle}?root=${bundleRoot}`;
        const own = await requestJson(url, { schema: BundleDescription, maxBytes: BUNDLE_BODY_BYTES, timeoutMs: 3 * AUDIT_TIMEOUT_MS, signal });
        const told = own.batches[batch];
        const isSame = told !== undefined && hexToBytes(told.fragmentRoots[slot] ?? '0x').every((byte, i) => byte === root[i]);
        return isSame && isTrue(own, { root: bundleRoot, batches, slots }) ? told.batchId : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
