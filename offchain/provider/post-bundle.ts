import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import { readBundle } from '../chain/read-bundle.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { BadRequestError, ConflictError } from '../wire/http-errors.ts';
import type { BundleRequest } from '../wire/messages.ts';
import { signTyped } from '../wire/typed-data.ts';
import { authorize } from './authorize.ts';
import { bundleRootOf, nodesOf, packRoots, saveDescription } from './bundle-description.ts';
import type { DescribedBatch } from './bundle-description.ts';
import { inTurnOf } from './bundle-turns.ts';
import type { Provider } from './context.ts';
import { WrongRootError } from './errors.ts';

/** Batches of one SELECT; SQLite bounds the values of a statement. */
const ROWS_PER_QUERY = 500;
/** Batches of an agreement that may be described in receipts without a commit: so many, or so many times its quota. */
const PROMISED_LEAST = 4_096;
const PROMISED_QUOTAS = 16;

/**
 * Signs the receipt for a bundle once every fragment of it lies synced on this disk with the root that the bundle names.
 * The description is durable before the signature leaves.
 * @throws the errors of `authorize`; WrongRootError; FRAGMENTS_MISSING; STALE_BUNDLE; QUOTA_EXCEEDED; TOO_MANY_RECEIPTS
 */
export async function postBundle(
  provider: Provider,
  request: BundleRequest & { readonly agreement: number; readonly header: string | undefined },
): Promise<{ signature: Hex }> {
  const { slot, bundle, header } = request;
  const root = request.root.toLowerCase() as Hex;
  const permission = await authorize(provider, { header, agreement: request.agreement, slot });
  checkShape(request, permission.agreement.n);
  const batches = packRoots(request.batches);
  const actual = bundleRootOf(batches);
  if (actual !== root) throw new WrongRootError('The described bundle', { expected: root, actual });
  const agreement = await provider.agreements.refresh(request.agreement);
  await checkNumber(provider, agreement, { bundle, root, batches: batches.length });
  await inTurnOf(provider, agreement.id, async () => {
    await requireFragments(provider, { agreement: agreement.id, slot, batches });
    // What is committed must be had, however much else was promised.
    if (bundle >= agreement.bundles) await requireFewPromises(provider, agreement, { root, batches: batches.length });
    await saveDescription(provider.store, { agreement: agreement.id, root, bundle, batches });
  });
  const receipt = { agreement: agreement.id, bundle, root, batches: batches.length, slot };
  const signature = await signTyped(provider.account, provider.domain, 'Receipt', receipt);
  provider.log.info('receipt.signed', receipt);
  return { signature };
}

function checkShape(request: BundleRequest, n: number): void {
  const wrong = request.batches.findIndex((batch) => batch.fragmentRoots.length !== n);
  if (wrong !== -1) throw new BadRequestError(`Batch ${wrong} of the bundle names ${request.batches[wrong]?.fragmentRoots.length} fragments; the agreement has ${n}.`);
  if (new Set(request.batches.map((batch) => batch.batchId.toLowerCase())).size < request.batches.length) {
    throw new BadRequestError('The bundle names a batch twice.');
  }
}

/** Every fragment of the slot is here, whole, and has the root that the description says. */
export async function requireFragments(
  provider: Provider,
  options: { readonly agreement: number; readonly slot: number; readonly batches: readonly DescribedBatch[] },
): Promise<void> {
  const { agreement, slot, batches } = options;
  const roots = new Map<string, string>();
  for (let at = 0; at < batches.length; at += ROWS_PER_QUERY) {
    const batchId = { in: batches.slice(at, at + ROWS_PER_QUERY).map((batch) => batch.batchId) };
    for (const row of await provider.store.fragment.findMany({ where: { agreement, batchId, slot, bad: false }, select: { batchId: true, root: true } })) roots.set(row.batchId, row.root);
  }
  const missing = batches.filter((batch) => !roots.has(batch.batchId)).map((batch) => batch.batchId);
  if (missing.length > 0) {
    throw new ConflictError(`${missing.length} of the bundle's ${batches.length} fragments of slot ${slot} are not here.`, {
      code: 'FRAGMENTS_MISSING',
      details: { agreement, slot, missing: missing.slice(0, 100) },
      nextStep: 'Send the missing fragments, then ask again.',
    });
  }
  for (const batch of batches) {
    const expected = bytesToHex(nodesOf(batch.fragmentRoots)[slot] ?? new Uint8Array());
    const actual = roots.get(batch.batchId) ?? '';
    if (actual !== expected) throw new WrongRootError(`The stored fragment ${slot} of batch ${batch.batchId}`, { expected, actual });
  }
}

/** A receipt holds until its number is taken, so its description stays; and the same few fragments can be described in any number of ways. */
async function requireFewPromises({ store }: Provider, { id, quota }: AgreementState, bundle: { readonly root: Hex; readonly batches: number }): Promise<void> {
  const [row] = await store.$queryRaw<{ batches: bigint | number }[]>`
    SELECT COUNT(*) AS "batches" FROM "BundleBatch" WHERE "agreement" = ${id} AND "root" <> ${bundle.root} AND "root" NOT IN (SELECT "root" FROM "CommittedBundle" WHERE "agreement" = ${id})`;
  const limit = Math.max(PROMISED_LEAST, PROMISED_QUOTAS * quota);
  const promised = Number(row?.batches ?? 0);
  if (promised + bundle.batches <= limit) return;
  throw new ConflictError(`Receipts for ${promised} batches of agreement ${id} wait for their commits here, and ${limit} may.`, {
    code: 'TOO_MANY_RECEIPTS',
    details: { promised, limit },
    nextStep: 'Commit one of the bundles that were described before: then receipts for the others are void.',
  });
}

async function checkNumber(
  provider: Provider,
  agreement: AgreementState,
  described: { readonly bundle: number; readonly root: Hex; readonly batches: number },
): Promise<void> {
  const { bundle, root, batches } = described;
  if (bundle === agreement.bundles) {
    const used = agreement.batches - agreement.retiredBatches + batches;
    if (used <= agreement.quota) return;
    throw new ConflictError(`Agreement ${agreement.id} has room for ${agreement.quota} batches; with this bundle there would be ${used}.`, {
      code: 'QUOTA_EXCEEDED',
      nextStep: 'Rent more space, or upload less.',
    });
  }
  const committed = bundle < agreement.bundles ? await readBundle(provider.chain, agreement.id, bundle) : undefined;
  if (committed?.root.toLowerCase() === root && committed.batches === batches) return;
  throw new ConflictError(`Agreement ${agreement.id} has ${agreement.bundles} bundles; number ${bundle} with root ${root} is neither committed nor next.`, {
    code: 'STALE_BUNDLE',
    details: { bundles: agreement.bundles, bundle, root },
    nextStep: 'Read the agreement again and ask for the next bundle number.',
  });
}
