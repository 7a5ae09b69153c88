/** What one has adopted, and what is left of one's money for it. */
import { joinedAgreements, readPool, readPoolShare } from '../../chain/commons.ts';
import { currentPeriod } from '../../chain/current-epoch.ts';
import { extensionCost } from '../../chain/extend-agreement.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { Catalog, CatalogVersion } from '../../codec/catalog.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { syncCatalog } from '../sync-catalog.ts';

/** Amounts are token units. */
export interface Adoption {
  readonly agreement: number;
  /** Names that refer to it; none: only the money is left. */
  readonly names: readonly string[];
  readonly endPeriod: number;
  readonly isRunning: boolean;
  readonly perPeriod: bigint;
  readonly own: bigint;
  readonly pool: bigint;
  /** Further periods that the pool can pay, and those that one's own share could alone. */
  readonly poolPeriods: number;
  readonly ownPeriods: number;
}

/** By agreement. @throws RpcUnavailableError, AbortedError */
export function adoptions(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Adoption[]> {
  return abortable('Listing what is adopted', options.signal, async () => {
    const { chain, creator } = client;
    const names = namesByAgreement(await syncCatalog(client, options));
    const joined = chain.deployment.commons === undefined ? [] : await joinedAgreements(chain, { member: creator });
    const period = await currentPeriod(chain);
    const all = await Promise.all([...new Set([...names.keys(), ...joined])].sort((a, b) => a - b).map(async (agreement): Promise<Adoption> => {
      const [state, share, { tokens, waiting }] = await Promise.all([readAgreement(chain, agreement), readPoolShare(chain, { agreement, member: creator }), readPool(chain, agreement)]);
      const perPeriod = extensionCost(chain, state, state.endPeriod + 1);
      const pool = tokens + waiting;
      const periods = (amount: bigint): number => (perPeriod === 0n ? 0 : Number(amount / perPeriod));
      return { agreement, names: names.get(agreement) ?? [], endPeriod: state.endPeriod, isRunning: state.endPeriod > period, perPeriod, own: share.worth, pool, poolPeriods: periods(pool), ownPeriods: periods(share.worth) };
    }));
    return all.filter(({ names: of, own }) => of.length > 0 || own > 0n);
  });
}

/** Agreements of others that a version lies in. */
export function foreignAgreements(version: CatalogVersion): number[] {
  if (version.kind === 'deleted' || version.foreign === undefined) return [];
  return [...new Set([version.manifest.agreement, ...version.foreign.map(({ agreement }) => agreement)])];
}

function namesByAgreement({ names }: Catalog): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const [name, versions] of names) {
    for (const agreement of new Set(versions.flatMap(foreignAgreements))) found.set(agreement, [...(found.get(agreement) ?? []), name]);
  }
  return found;
}
