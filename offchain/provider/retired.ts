import type { Hex } from 'viem';
import type { Chain } from '../chain/client.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { asOfFinal } from '../chain/as-of.ts';
import { readBundle, readBundleIfAny } from '../chain/read-bundle.ts';
import { retiredBundles } from '../chain/retire-bundle.ts';
import { textList } from '../store/dialect.ts';
import type { Store } from '../store/open.ts';
import { loadDescription } from './bundle-description.ts';
import type { DescribedBatch } from './bundle-description.ts';
import { inTurnOf } from './bundle-turns.ts';
import type { Provider } from './context.ts';
import { dropFragment } from './fragments.ts';

const RETIRED = 'retired/';
/** Draws pass a retired bundle over from the next epoch on; one more for who was slow. */
const SPARE_EPOCHS = 1;

interface At {
  readonly agreement: number;
  readonly bundle: number;
}

/** The chain says that the bundle was given up: its bytes may go once no draw can ask for them. */
export async function noteRetired(store: Store, { agreement, bundle }: At): Promise<void> {
  const key = `${RETIRED}${agreement}/${bundle}`;
  await store.fact.upsert({ where: { key }, create: { key, value: '' }, update: {} });
}

/**
 * Drops the bytes of bundles that were retired before the last epoch. The chain is asked once more, also how it was `confirmations` blocks ago: nothing is
 * dropped on an event's word, nor on that of a block that a reorganisation may take away.
 */
export async function dropRetired(provider: Provider): Promise<void> {
  const { chain, store, log } = provider;
  for (const { key } of await store.fact.findMany({ where: { key: { startsWith: RETIRED } } })) {
    const at = parse(key);
    const { retired, root } = (await readBundleIfAny(chain, at.agreement, at.bundle)) ?? { retired: 0, root: '' };
    if (retired !== 0 && !(await isGivenUp(chain, at))) continue;
    if (retired !== 0) log.info('bundle.dropped', { ...at, fragments: await inTurnOf(provider, at.agreement, () => dropBundle(provider, at, root.toLowerCase())) });
    await store.fact.delete({ where: { key } });
  }
}

/** Retired, for good, and so long ago that no draw asks for it. */
export async function isGivenUp(chain: Chain, { agreement, bundle }: At): Promise<boolean> {
  const now = await readBundleIfAny(chain, agreement, bundle);
  if (now === undefined || now.retired === 0 || (await currentEpoch(chain)) < now.retired + SPARE_EPOCHS) return false;
  const before = await readBundleIfAny(await asOfFinal(chain), agreement, bundle);
  return before?.retired === now.retired && before.root === now.root;
}

/** Every fragment that no other bundle of the agreement names, then the description. Returns how many fragments went. */
async function dropBundle(provider: Provider, { agreement, bundle }: At, root: string): Promise<number> {
  const { store } = provider;
  // The same content committed twice has the same root.
  if (await isAlive(provider, { agreement, bundle }, root)) return 0;
  // Nor does it go while a receipt is out that promises it under a later number: that may be committed at any time.
  const described = await store.bundleDescription.findUnique({ where: { agreement_root: { agreement, root } }, select: { bundle: true } });
  if (described !== null && described.bundle > bundle) return 0;
  const batches = (await loadDescription(store, agreement, root)) ?? [];
  await store.bundleDescription.deleteMany({ where: { agreement, root } });
  let dropped = 0;
  for (const batch of batches) dropped += await dropBatch(provider, agreement, batch);
  return dropped;
}

async function isAlive({ store, chain }: Provider, { agreement, bundle }: At, root: string): Promise<boolean> {
  const twins = await store.committedBundle.findMany({ where: { agreement, root, bundle: { not: bundle } } });
  for (const twin of twins) if ((await readBundle(chain, agreement, twin.bundle)).retired === 0) return true;
  return false;
}

async function dropBatch(provider: Provider, agreement: number, { batchId }: DescribedBatch): Promise<number> {
  const { store } = provider;
  if ((await store.bundleBatch.count({ where: { agreement, batchId } })) > 0) return 0;
  const rows = await store.fragment.findMany({ where: { agreement, batchId }, select: { slot: true } });
  for (const { slot } of rows) await dropFragment(provider, { agreement, batchId: batchId as Hex, slot });
  return rows.length;
}

/**
 * Fragments of a slot that still lie here and that only retired bundles name. Their quota is free again, so they take no room from others.
 */
export async function countRetired({ chain, store }: Provider, agreement: AgreementState, slot: number): Promise<number> {
  const { id, retiredBatches } = agreement;
  if (retiredBatches === 0) return 0;
  const retired = await retiredBundles(chain, id);
  const committed = await store.committedBundle.findMany({ where: { agreement: id }, select: { bundle: true, root: true } });
  const alive = new Set(committed.filter(({ bundle }) => !retired.has(bundle)).map(({ root }) => root));
  const dead = textList(store, committed.map(({ root }) => root).filter((root) => !alive.has(root)));
  const [row] = await store.$queryRaw<{ held: bigint }[]>`
    SELECT COUNT(*) AS "held" FROM "Fragment" f WHERE f."agreement" = ${id} AND f."slot" = ${slot} AND EXISTS (
      SELECT 1 FROM "BundleBatch" b WHERE b."agreement" = f."agreement" AND b."batchId" = f."batchId" AND b."root" IN (${dead})
    ) AND NOT EXISTS (
      SELECT 1 FROM "BundleBatch" b WHERE b."agreement" = f."agreement" AND b."batchId" = f."batchId" AND b."root" NOT IN (${dead})
    )`;
  return Number(row?.held ?? 0);
}

function parse(key: string): At {
  const [agreement = '', bundle = ''] = key.slice(RETIRED.length).split('/');
  return { agreement: Number(agreement), bundle: Number(bundle) };
}
