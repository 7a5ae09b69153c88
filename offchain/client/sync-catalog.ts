/** Brings the home folder up to the chain: a second machine, a killed upload or an empty folder are all the same case. */
import { agreementsOf } from '../chain/agreements-of.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { Catalog } from '../codec/catalog.ts';
import { readCatalog } from '../codec/decode.ts';
import { openFooter } from '../codec/footer.ts';
import { NoFooterError, WrongKeyError } from '../codec/format-errors.ts';
import type { Client } from './client.ts';
import { CatalogUnreachableError } from './errors.ts';
import { forgetRetired } from './forget-bundles.ts';
import { type LocalCatalog, followedBundles, loadCatalog, saveFollowed } from './local-state.ts';
import { type NamedVersion, missingVersions, withVersions } from './merge-catalogs.ts';

interface FoundCatalog {
  readonly catalog: Catalog;
  readonly home: { readonly agreement: number; readonly bundle: number };
}

interface Behind {
  readonly agreement: number;
  /** Bundles on the chain, and those that this folder has followed. */
  readonly bundles: number;
  readonly followed: number;
}

/** When the newest bundle cannot be read, this many before it are tried: an old catalog is better than none. */
const BUNDLES_TRIED = 3;

/**
 * The creator's newest catalog, as the chain has it. No manifest is read: which chunks are stored only an upload needs to know (`knownChunks`).
 * @param options.agreements known agreements, when the chain's logs cannot be asked
 * @throws WrongKeyError, CatalogUnreachableError, RpcUnavailableError
 */
export async function syncCatalog(client: Client, options: { readonly agreements?: readonly number[]; readonly signal?: AbortSignal | undefined } = {}): Promise<Catalog> {
  const followed = await followedBundles(client);
  const agreements = options.agreements ?? (await agreementsOf(client.chain, client.creator));
  const views = await Promise.all(agreements.map((agreement) => client.views.refresh(agreement)));
  const behind = views
    .map(({ id, state }): Behind => ({ agreement: id, bundles: state.bundles, followed: followed.get(id) ?? 0 }))
    .filter((one) => one.bundles > one.followed);
  const local = await loadCatalog(client);
  if (behind.length === 0) {
    await forgetRetired(client, views);
    return local.catalog;
  }
  // First of all the key: a wallet that refuses must not look like a network that fails.
  await client.secrets.keys();

  const found = await findCatalogs(client, behind, options.signal);
  const newest = await merged(client, local, found, followed);
  const isNews = newest.catalog !== local.catalog;
  await saveFollowed(client, { newest: isNews ? newest : undefined, bundles: behind.map(({ agreement, bundles }) => [agreement, bundles] as const) });
  await forgetRetired(client, views);
  return newest.catalog;
}

/** The newest readable catalog of each agreement that is ahead of this folder. */
async function findCatalogs(client: Client, behind: readonly Behind[], signal: AbortSignal | undefined): Promise<FoundCatalog[]> {
  const results = await Promise.all(behind.map((one) => readNewest(client, one, signal)));
  const found = results.filter((result) => 'catalog' in result);
  if (found.length > 0) return found;
  const errors = results.flatMap((result) => ('errors' in result ? result.errors : []));
  // Every new bundle is retired already: what is stored stands elsewhere.
  if (errors.length === 0) return [];
  // Every bundle ends in a footer, and these bytes are proven by the chain: when none opens, the key is another one.
  if (errors.some((error) => error instanceof WrongKeyError || error instanceof NoFooterError)) throw new WrongKeyError('catalog');
  throw new CatalogUnreachableError(client.creator, errors[0]);
}

/** The highest sequence is the newest; what other machines committed elsewhere at the same time is added to it. */
async function merged(client: Client, local: LocalCatalog, found: readonly FoundCatalog[], followed: ReadonlyMap<number, number>): Promise<FoundCatalog> {
  const mine = local.home === null ? [] : [{ catalog: local.catalog, home: local.home }];
  // The local one first: where nothing is newer, it stays.
  const [newest, ...others] = [...mine, ...found].sort((a, b) => b.catalog.sequence - a.catalog.sequence);
  if (newest === undefined) throw new CatalogUnreachableError(client.creator, undefined);
  let { catalog } = newest;
  for (const other of others) {
    const isLocal = other.home === local.home;
    const missing = missingVersions(catalog, other.catalog, ({ agreement, bundle }) =>
      isLocal ? agreement === other.home.agreement && bundle === other.home.bundle : (bundle ?? -1) >= (followed.get(agreement) ?? 0));
    catalog = withVersions(catalog, await living(client, missing));
  }
  return { catalog, home: newest.home };
}

/** Without the versions whose bundle was retired: their bytes are gone, or soon will be. */
async function living({ chain }: Client, versions: readonly NamedVersion[]): Promise<NamedVersion[]> {
  const kept: NamedVersion[] = [];
  for (const one of versions) {
    const { version } = one;
    if (version.kind === 'stored' && version.manifest.bundle !== null) {
      const { retired } = await readBundle(chain, version.manifest.agreement, version.manifest.bundle);
      if (retired !== 0) continue;
    }
    kept.push(one);
  }
  return kept;
}

async function readNewest(client: Client, { agreement, bundles }: Behind, signal: AbortSignal | undefined): Promise<FoundCatalog | { errors: unknown[] }> {
  const errors: unknown[] = [];
  for (let bundle = bundles - 1; bundle >= 0 && errors.length < BUNDLES_TRIED; bundle--) {
    if ((await readBundle(client.chain, agreement, bundle)).retired !== 0) continue;
    try {
      return await readCatalogAt(client, { agreement, bundle }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      errors.push(error);
    }
  }
  return { errors };
}

/** The catalog that a bundle carries. */
export async function readCatalogAt(client: Client, home: FoundCatalog['home'], signal?: AbortSignal): Promise<FoundCatalog> {
  const { platform, reader } = client;
  const keys = await client.secrets.keys();
  const locator = await openFooter(platform, keys, await reader.readFooter(home.agreement, home.bundle, signal));
  return { catalog: await readCatalog({ platform, keys, source: reader.source({ signal }), signal }, { locator, home }), home };
}
